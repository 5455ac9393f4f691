"""The places where Daybrief talks: one package for each platform, each a transport."""
