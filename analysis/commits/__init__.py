"""What landed, as data: commits, their files and hunks, titles, pull requests, and the days they fall into."""
