"""Questions in plain words: what they ask for, which commits answer them best, and by which sentence. Knows no store and no chat."""
