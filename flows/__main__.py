"""`python -m flows` is `copydesk`."""

from flows.cli import main

if __name__ == "__main__":
    main()
