"""The renderer that `main-proc check-renderer` talks to, with this client (docs/other-languages.md).

main-proc check-renderer python3 clients/python/check.py
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import dipole  # noqa: E402 (it lies beside this file)

log = []


def port(event, message):
    """Sends back what comes through the port, with the ports that came along."""
    given = event.ports[0]
    given.on_message = lambda event: given.post_message(event.data, event.ports)


def setup(ipc):
    """What the list asks for."""
    ipc.handle("check:echo", lambda value: value)
    ipc.on("check:send", lambda event, value: log.append(value))
    ipc.handle("check:log", lambda: log)
    ipc.handle("check:ask", lambda value: ipc.invoke("check:answer", value))
    ipc.on("check:port", port)


try:
    dipole.connect(setup).serve()
except dipole.Closed as closed:  # refused, or ended before all was said
    sys.exit(f"check.py: {closed}")
