"""The calls of the command `copydesk`, by subject; `flows.cli` puts them together."""
