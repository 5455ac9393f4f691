"""A day put together: entries read, compared, joined into stories, and counted; and days beside each other."""
