"""Whether everything works, for monitors; nothing about anybody."""

from litestar import Response

from web.authorisation import ANYBODY
from web.call import Call, get
from web.errors import is_storage_trouble


@get("/healthz", may=ANYBODY)
def show_health(call: Call) -> Response[dict[str, object]]:
    """200 when the log answers and no read model stopped, 503 otherwise.

    A read model that is `behind` is brought up by the next page that is asked for; one that stopped met an entry it could
    not take in, and `hours rebuild` or a newer version helps.
    """
    try:
        head, states = call.bank.log.head(), call.views.state()
    except Exception as error:
        if not is_storage_trouble(error):
            raise
        return Response({"status": "failing", "trouble": type(error).__name__}, status_code=503)
    stopped = [state.name for state in states if state.stopped_by is not None]
    behind = [state.name for state in states if state.position < head and state.stopped_by is None]
    status = "failing" if stopped else "behind" if behind else "ok"
    body: dict[str, object] = {"status": status, "position": head, "behind": behind, "stopped": stopped}
    return Response(body, status_code=503 if stopped else 200)
