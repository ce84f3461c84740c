"""What S3 and its client say, as a status and a sentence.

Of an answer only its Code and Message are told: the whole holds the access key and what was signed.
"""

from __future__ import annotations

import html
import re

from metadata_digger.errors import StorageError
from metadata_digger.storage.s3.access import S3Access

_CODE = re.compile(r"<Code>\s*([\w.-]+)\s*</Code>")
_MESSAGE = re.compile(r"<Message>([^<]*)</Message>")
_STATUS = re.compile(r"non-2xx status code: (\d{3})")
_REGION = re.compile(r"<Region>([\w-]+)</Region>")

# Of these a later request may know better; obstore asks again by itself, but not for ever.
PASSING = {"SlowDown", "ServiceUnavailable", "InternalError", "RequestTimeout", "TooManyRequests", "Throttling"}
_KEYS = {"InvalidAccessKeyId", "XAdminUserNotFound", "InvalidToken", "UnknownKey"}
_DENIED = {"AccessDenied", "AllAccessDisabled", "AccountProblem", "Forbidden"}
_OLD = {"ExpiredToken", "TokenRefreshRequired", "ExpiredTokenException"}
_REGIONS = {"AuthorizationHeaderMalformed", "PermanentRedirect", "IllegalLocationConstraintException"}
CHANGED = "it has changed since it was listed"


def code_of(error: BaseException) -> str:
    found = _CODE.search(str(error))
    return found[1] if found else ""


def region_of(error: BaseException) -> str:
    """The region that a server says it wants, "" where it says none."""
    text = str(error)
    found = _REGION.search(text) if code_of(error) in _REGIONS else None
    return found[1] if found else ""


def is_redirect(error: BaseException) -> bool:
    """Whether a server says that the bucket is elsewhere, and not where; obstore keeps nothing else of that answer."""
    return "redirect without LOCATION" in str(error)


def is_passing(error: BaseException) -> bool:
    """Whether the same request may be answered later: no answer at all, or one that says so."""
    text, code = str(error), code_of(error)
    if code or is_redirect(error):
        return code in PASSING
    status = _STATUS.search(text)
    return status is None or status[1] in ("408", "429") or status[1].startswith("5")


def told(error: BaseException, access: S3Access, bucket: str, region: str = "") -> StorageError:
    """As a StorageError with the status of a row. `region`: that of the bucket, where it is known."""
    text, code = str(error), code_of(error)
    if code in _KEYS:
        return StorageError(f"storage.s3.accessKey: {access.place} knows no such access key", "denied")
    if code == "SignatureDoesNotMatch":
        return StorageError("storage.s3.secretKey is not the secret of storage.s3.accessKey", "denied")
    if code in _OLD:
        return StorageError("the credentials have expired: log in again, or give new ones", "denied")
    if code == "RequestTimeTooSkewed":
        return StorageError(f"the clocks of this machine and of {access.place} differ: set this machine's", "denied")
    if code == "NoSuchBucket":
        return StorageError(f"there is no bucket {bucket} at {access.place}", "not_found")
    if code in _REGIONS or is_redirect(error):
        wanted = region or region_of(error)
        advice = f"storage.s3.region={wanted}" if wanted else "storage.s3.region to the bucket's"
        return StorageError(f"the bucket {bucket} is not in the region {access.first_region}: set {advice}", "failed")
    if code == "InvalidObjectState":
        return StorageError("it is in an archive of the storage (Glacier): restore it first", "failed")
    if code in _DENIED or "403 Forbidden" in text or isinstance(error, PermissionError):
        return StorageError(f"{access.place} does not allow it (bucket {bucket})", "denied")
    if isinstance(error, FileNotFoundError) or code == "NoSuchKey":
        return StorageError("there is no such object", "not_found")
    if code == "PreconditionFailed" or type(error).__name__ == "PreconditionError":
        return StorageError(CHANGED, "failed")
    if is_passing(error):
        why = f": {_message(text, code)}" if code else ""
        return StorageError(f"no answer from {access.place}{why}", "timed_out")
    return StorageError(f"{access.place}: {_message(text, code)}", "failed")


def _message(text: str, code: str) -> str:
    found = _MESSAGE.search(text)
    status = _STATUS.search(text)
    words = html.unescape(found[1]).strip() if found else f"HTTP status {status[1]}" if status else ""
    return f"{code} ({words})" if code and words else code or words or "it could not be asked"
