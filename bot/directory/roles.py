"""Who may be at the desk or behind a token."""

from enum import StrEnum


class Role(StrEnum):
    """A role of staff or of a token."""

    ADMINISTRATOR = "administrator"
    REVIEWER = "reviewer"
    ORGANISATION = "organisation"
    STATION = "station"
    MAINTAINER = "maintainer"
    CONVENOR = "convenor"
    AUDITOR = "auditor"
    CHANNEL = "channel"


ROLE_NAMES = {
    Role.ADMINISTRATOR: "管理员",
    Role.REVIEWER: "审核员",
    Role.ORGANISATION: "经办人",
    Role.STATION: "站点工作人员",
    Role.MAINTAINER: "维护员",
    Role.CONVENOR: "联席会议召集人",
    Role.AUDITOR: "审计员",
    Role.CHANNEL: "渠道",
}

STAFF_ROLES = tuple(role for role in Role if role is not Role.CHANNEL)
