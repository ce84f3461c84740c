"""Whether a server is there at all. Clients ask one that is not for minutes, and do not say why."""

from __future__ import annotations

import socket

SECONDS = 5.0


def unreached(place: str, host: str, port: int) -> str:
    """Why no connection can be made, for a sentence that calls it `place`; "" where one was. `host`: of IPv6, with
    brackets or without."""
    try:
        socket.create_connection((host.strip("[]"), port), SECONDS).close()
    except (socket.gaierror, UnicodeError):
        return f"the host {host} is not known"
    except TimeoutError:
        return f"no answer from {place}"
    except OSError as error:
        return f"no answer from {place} ({error.strerror or error})"
    return ""
