"""Whether a web server's memory stays what it was: mixed load for minutes, looked at every few seconds."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack

from logister_core.bench.parcels import BATCHES, SINGLES
from logister_core.bench.plan import GROUP, Plan, Setup, Soak
from logister_core.bench.processes import Sending
from logister_core.bench.serving import Serving
from logister_core.bench.slices import Traffic

# A share of the connections that the figures are taken with: all servers are watched at once.
SHARE = 4
SAMPLES = 200


def soak(plan: Plan, serving: Serving, setups: Sequence[Setup], say: Callable[[str], None]) -> list[Soak]:
    """Singles of the largest size and batches of the smallest, to all web servers at the same time."""
    traffics = (
        Traffic(SINGLES, plan.sizes[-1], max(1, plan.connections // SHARE)),
        Traffic(BATCHES, plan.sizes[0], max(1, plan.batch_connections // SHARE)),
    )
    serving.postgresql.clear()
    say(f"memory under mixed load for {plan.soak_seconds / 60:g} minutes …")
    with ExitStack() as stack:
        servers = [stack.enter_context(serving.server(GROUP, setup)) for setup in setups]
        sendings: list[Sending] = []
        for traffic in traffics:
            for server in servers:
                load = traffic.load(server.port, server.target.token, warm_up=0, seconds=plan.soak_seconds)
                sendings.append(Sending(load))
                stack.callback(sendings[-1].stop)
        samples: list[list[tuple[float, int]]] = [[] for _ in servers]
        began = time.monotonic()
        while (passed := time.monotonic() - began) < plan.soak_seconds and not any(s.ended() for s in sendings):
            for server, found in zip(servers, samples, strict=True):
                size = server.child.memory()
                if size is not None:
                    found.append((passed, size))
            time.sleep(plan.soak_seconds / SAMPLES)
        for sending in sendings:
            sending.result()
    return [Soak(setup, plan.soak_seconds, tuple(found)) for setup, found in zip(setups, samples, strict=True) if found]
