"""The steps: plain functions, values in, values out. No Prefect, no environment, no clock, no prints."""
