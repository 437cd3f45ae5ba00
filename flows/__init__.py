"""Orchestration: what runs and in which order. The only folder that imports Prefect."""
