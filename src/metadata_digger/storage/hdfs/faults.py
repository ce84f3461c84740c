"""What a namenode, a datanode and hdfs-native say, as a status and a sentence.

hdfs-native hands on what Java says with all of its stack; its first line is the sentence.
"""

from __future__ import annotations

import re

from metadata_digger.errors import StorageError
from metadata_digger.storage.hdfs.access import HdfsAccess
from metadata_digger.storage.hdfs.hands import Late, Panic

CHANGED = "it has changed since it was listed"
NO_TICKET = "HDFS wants Kerberos and there is no valid ticket: run kinit, or let KRB5CCNAME name where the ticket is"
NO_KERBEROS = "{} wants Kerberos: hadoop.security.authentication of core-site.xml does not say so"
PERHAPS_KERBEROS = ": if it wants Kerberos, core-site.xml in HADOOP_CONF_DIR has to say so"
_LENGTH = 300  # characters of what others say
# Rust's way to show a value: KIND("text", "text"), quotes and line ends escaped
_SHOWN = re.compile(
    r'(?P<kind>[A-Za-z]+)\((?:\w+, \d+, )?"(?P<first>(?:[^"\\]|\\.)*)"(?:, "(?P<second>(?:[^"\\]|\\.)*)")?'
)
_ESCAPED = re.compile(r"\\(?:u\{([0-9a-f]+)\}|(.))")
_OTHERS = {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}
_NOWHERE = "All DataNodes failed: []"  # the namenode knows of none
_SYSTEM = re.compile(r" \(os error \d+\)$")

# Of these a later request may know better: a namenode that starts, stands by, or has too much to do.
_PASSING = {
    "CallQueueTooBigException",
    "LeaseExpiredException",
    "NotReplicatedYetException",
    "ObserverRetryOnActiveException",
    "RetriableException",
    "RetryStartFileException",
    "SafeModeException",
    "ServerNotRunningYetException",
    "ServerTooBusyException",
    "StandbyException",
}
_ABSENT = {"FileNotFoundException", "ParentNotDirectoryException", "PathNotFoundException"}
_REFUSED = {"AccessControlException", "AuthorizationException", "InvalidToken", "SaslException"}


def told(error: Exception, access: HdfsAccess) -> StorageError:
    """As a StorageError with the status of a row; "timed_out" where it may pass."""
    if isinstance(error, StorageError):
        return error
    if isinstance(error, Late):
        return StorageError(f"no answer from {access.place}", "timed_out")
    if isinstance(error, Panic):
        return StorageError(f"hdfs-native broke off: {_line(str(error))}", "failed")
    if isinstance(error, FileNotFoundError):
        return StorageError("there is no such file", "not_found")
    if isinstance(error, OSError) and not isinstance(error, FileExistsError):
        why = _SYSTEM.sub("", _line(str(error)))
        return StorageError(f"no answer from {access.place}: {why}", "timed_out")
    kind, first, second = _shown(str(error))
    if kind in ("RPCError", "FatalRPCError"):
        return _of_java(first.rpartition(".")[2].rpartition("$")[2], _line(second), access)
    if kind in ("GSSAPIError", "SASLError", "NoSASLMechanism"):
        if not access.kerberos:
            return StorageError(NO_KERBEROS.format(access.place), "denied")
        words = _line(first) or "it knows no way of logging in that this client knows"
        return StorageError(f"{access.place} does not accept the Kerberos ticket: {words}", "denied")
    if kind == "BlocksNotFound" or first == _NOWHERE:
        return StorageError(f"no datanode of {access.place} has its blocks", "failed")
    if kind == "DataTransferError":
        why = _line(first).partition("[")[0].rstrip(": ")
        return StorageError(f"no datanode of {access.place} has given it: {why}", "timed_out")
    return StorageError(f"{access.place}: {_line(first or str(error))}", "failed")


def _of_java(name: str, words: str, access: HdfsAccess) -> StorageError:
    if name in _ABSENT:
        return StorageError("there is no such file", "not_found")
    if name in _REFUSED:
        if "SIMPLE authentication is not enabled" in words:
            return StorageError(NO_KERBEROS.format(access.place), "denied")
        return StorageError(f"{access.place} does not allow it: {words}", "denied")
    if name in _PASSING:
        return StorageError(f"{access.place} does not take it now: {words}", "timed_out")
    if name == "InvalidPathException":
        return StorageError(f"HDFS has no such names: {words}", "failed")
    return StorageError(f"{access.place}: {words or name}", "failed")


def _shown(text: str) -> tuple[str, str, str]:
    found = _SHOWN.search(text)
    if found is None:
        return text if text.isidentifier() else "", "", ""
    return found["kind"], _plain(found["first"]), _plain(found["second"] or "")


def _plain(text: str) -> str:
    def one(found: re.Match[str]) -> str:
        return chr(int(found[1], 16)) if found[1] else _OTHERS.get(found[2], found[2])

    return _ESCAPED.sub(one, text)


def _line(text: str) -> str:
    """Its first line that says something, and not too much of it."""
    line = next((one.strip() for one in text.splitlines() if one.strip()), "")
    return line if len(line) <= _LENGTH else f"{line[:_LENGTH]} ..."
