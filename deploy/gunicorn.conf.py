"""How gunicorn serves the application; host, port, workers and threads come from the command line."""

worker_class = "gthread"
# The control socket is on by default and nobody here uses it.
control_socket_disable = True
# A phone on a train holds its connection; idle ones cost a thread nothing.
keepalive = 15
timeout = 60
graceful_timeout = 20
# Log lines of ours are structured; an access log would hold addresses.
accesslog = None
errorlog = "-"
# Not "warning": gunicorn's own warning of a malformed request names the sender's address.
loglevel = "error"


def post_worker_init(worker):
    """Put the application together before the first request: a wrong setting shows at the start."""
    worker.wsgi.load()
