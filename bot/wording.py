"""What the bot says in a conversation, by key and language; the sentences stand in `wording.toml`."""

from pathlib import Path

from analysis.sentences import Sentences

_SENTENCES = Sentences(Path(__file__).parent / "wording.toml")

tell, in_all = _SENTENCES.say, _SENTENCES.in_all
