"""The places where Daybrief posts and answers: one package per platform, each with a transport."""
