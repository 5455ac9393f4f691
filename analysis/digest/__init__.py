"""A day assembled: entries read, compared, joined into stories and counted; and days compared with each other."""
