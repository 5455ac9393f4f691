"""Analyses, one per commit, analyser, version and language, so that each commit is read once."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from analysis.entry import RULES, Analysis
from analysis.i18n.language import Language
from analysis.rules.version import rules_version
from storage.commit_rows import index, said_in
from storage.store import Store, undamaged

_FEW = 900


@lru_cache(maxsize=1)
def _adapter() -> Any:
    import pydantic

    return pydantic.TypeAdapter(Analysis)


class Analyses:
    """The analyses in a store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get(
        self, repo: str, shas: Sequence[str], analyser: str, prompt: str, language: Language
    ) -> dict[str, Analysis]:
        """Return the analyses of these commits made by this analyser and version, by SHA."""
        where = "a.analyser = ? and a.prompt = ? and a.language = ?"
        return self._found(repo, shas, where, [analyser, prompt, language])

    def latest(self, repo: str, shas: Sequence[str], language: Language) -> dict[str, Analysis]:
        """Return the newest analysis of each of these commits in a language, by SHA; a model's wins over the rules'.

        Analyses by an earlier version of the rules are ignored.
        """
        where = "a.language = ? and (a.analyser != ? or a.prompt = ?)"
        return self._found(repo, shas, where, [language, RULES, rules_version()])

    def ever(self, repo: str, shas: Sequence[str], language: Language) -> set[str]:
        """Return which of these commits have ever been read in a language."""
        return set(self._found(repo, shas, "a.language = ?", [language]))

    def _found(self, repo: str, shas: Sequence[str], where: str, values: list[str]) -> dict[str, Analysis]:
        found: dict[str, Analysis] = {}
        with self._store.read() as db:
            for start in range(0, len(shas), _FEW):
                some = shas[start : start + _FEW]
                rows = db.query(
                    "select c.sha, a.analysis from analyses a join commits c on c.id = a.commit_id "
                    f"join repositories r on r.id = c.repository where r.name = ? and {where} "
                    f"and c.sha in ({','.join('?' * len(some))}) order by a.analyser != ?, a.made_at",  # later rows win
                    [repo, *values, *some, RULES],
                )
                for row in rows:
                    with undamaged(f"analysis of {row['sha']}"):
                        found[row["sha"]] = _adapter().validate_json(row["analysis"])
        return found

    def put(self, repo: str, analyses: Mapping[str, Analysis], made_at: int) -> None:
        """Store analyses of a repository's commits, by SHA; `made_at` is in seconds since 1970."""
        rows, changed = [], []
        with self._store.write() as db:
            for sha, analysis in analyses.items():
                found = db.execute(
                    "select c.id from commits c join repositories r on r.id = c.repository where r.name = ? and c.sha = ?",
                    [repo, sha],
                ).fetchone()
                if not found:
                    continue
                if analysis.analyser == RULES:  # analyses by earlier rules are useless
                    db.execute(
                        "delete from analyses where commit_id = ? and analyser = ? and language = ? and prompt != ?",
                        [found[0], RULES, analysis.language, analysis.prompt],
                    )
                place = {
                    "commit_id": found[0],
                    "analyser": analysis.analyser,
                    "prompt": analysis.prompt,
                    "language": analysis.language,
                }
                known = db.execute(
                    "select analysis from analyses where commit_id = ? and analyser = ? and prompt = ? and language = ?",
                    [*place.values()],
                ).fetchone()
                text = _adapter().dump_json(analysis).decode()
                rows.append({**place, "analysis": text, "made_at": made_at})
                if known is None or said_in(known[0]) != said_in(text):  # most checks change nothing that is searched
                    changed.append(found[0])
            db.table("analyses").upsert_all(rows, pk=("commit_id", "analyser", "prompt", "language"))
            for key in changed:
                index(db, key)
