"""`python -m bot` is `daybrief`, also where the project is not installed (a Procfile's host)."""

from bot.cli.main import main

if __name__ == "__main__":
    main()
