"""The words around commits that every format shares."""
