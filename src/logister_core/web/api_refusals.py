"""What clients of the API are told by others than intake, in the shape of its refusals."""

from __future__ import annotations

from typing import Final, NamedTuple


class ApiRefusal(NamedTuple):
    code: str
    # It does not change.
    error: str
    help: str

    def body(self, error: str | None = None) -> dict[str, str]:
        """`error` replaces the usual sentence."""
        return {"error": error or self.error, "code": self.code, "help": self.help}


# By status. Of the server, because the request never reaches the application.
OF_SERVER: Final = {
    400: ApiRefusal("bad_request", "The request is not valid HTTP.", "Check what builds or forwards the request."),
    408: ApiRefusal("request_timeout", "The request did not arrive in time.", "Send it again, on a new connection."),
    413: ApiRefusal("request_bytes", "The request is too large.", "Send less in one request."),
    431: ApiRefusal("headers_too_large", "The headers of the request are too large.", "Send fewer or shorter headers."),
    500: ApiRefusal(
        "internal_error", "Something went wrong on the server.", "Send it again later, with the same uuid."
    ),
    501: ApiRefusal(
        "unsupported_transfer_encoding", "The transfer encoding is unknown.", "Use Content-Length or chunked."
    ),
    503: ApiRefusal("overloaded", "The server receives too much at once.", "Wait the seconds that Retry-After says."),
}

# Of the application.
OF_APPLICATION: Final = {
    400: ApiRefusal("bad_request", "Bad request", "Check what builds or forwards the request."),
    404: ApiRefusal("not_found", "Not found", "See the HTTP API documentation for the addresses and their methods."),
    500: ApiRefusal("internal_error", "Internal server error", "Send it again later, with the same uuid."),
    503: ApiRefusal("unavailable", "Service unavailable", "Send it again after the seconds that Retry-After says."),
}
