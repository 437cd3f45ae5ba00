"""Fuzzing: tens of thousands of made-up inputs a target, with the promises that must hold for each."""
