"""Batches: many envelopes in one request, accepted together or not at all (specification, ingest chapter §7)."""
