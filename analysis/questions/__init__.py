"""Questions in plain words: what they ask for, which commits answer them best, and with which sentence. Independent of store and chat."""
