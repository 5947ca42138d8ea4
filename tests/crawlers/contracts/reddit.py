"""A community of Reddit in five acts: its newest posts, and its newest comments."""

from typing import Any

from crawlers.outcomes import Outcome
from tests.crawlers.contracts.contract import Act, Contract, Route
from tests.sites import Answers, Asked, Reply, as_json

POSTS, COMMENTS = "/r/acme/new", "/r/acme/comments"
NEWEST = 1_790_000_000


def post(number: int, text: str) -> dict[str, Any]:
    own = {"id": f"p{number}", "name": f"t3_p{number}", "title": text, "selftext": "", "author": f"user{number}"}
    data = own | {"created_utc": float(NEWEST - number * 3600), "permalink": f"/r/acme/comments/p{number}/a/"}
    return {"kind": "t3", "data": data | {"num_comments": 1, "removed_by_category": None}}


def comment(number: int, text: str) -> dict[str, Any]:
    own = {"id": f"c{number}", "name": f"t1_c{number}", "body": text, "author": f"user{number}", "parent_id": "t3_p1"}
    return {"kind": "t1", "data": own | {"created_utc": float(NEWEST - number * 3600), "replies": ""}}


def listing(children: list[dict[str, Any]], after: str | None = None) -> Reply:
    return as_json({"kind": "Listing", "data": {"after": after, "before": None, "children": children}})


def paged(children: list[dict[str, Any]], size: int) -> Answers:
    """`after` is the name of the last one that was seen."""

    def page(asked: Asked) -> Reply:
        if asked.headers.get("Authorization") != "Bearer a-token":
            return as_json({"message": "Unauthorized", "error": 401}, status=401)
        names = [child["data"]["name"] for child in children]
        first = names.index(asked.query["after"]) + 1 if "after" in asked.query else 0
        some = children[first : first + size]
        return listing(some, some[-1]["data"]["name"] if first + size < len(children) else None)

    return page


def token(asked: Asked) -> Reply:
    is_right = (asked.method, asked.body) == ("POST", "grant_type=client_credentials")
    is_right &= asked.headers.get("Authorization") == "Basic YW4taWQ6YS1zZWNyZXQ="
    return as_json({"access_token": "a-token", "token_type": "bearer"} if is_right else {"error": 401})


FIRST = [post(number, f"post {number}") for number in range(1, 6)]
SECOND = [post(0, "a new post"), FIRST[0], post(2, "post 2, edited"), *FIRST[3:]]
SAID = [comment(number, f"comment {number}") for number in (1, 2, 6)]
SAID_LATER = [SAID[0], comment(2, "[removed]"), SAID[2]]


def routes(act: Act) -> Route:
    everywhere: dict[Act, Answers] = {
        Act.EMPTY: listing([]),
        Act.ERROR: as_json({"message": "Forbidden", "error": 403}, status=403),
        Act.CHANGED: as_json({"kind": "Listing", "data": {"posts": FIRST}}),
    }
    posts = {Act.FIRST: paged(FIRST, 3), Act.SECOND: paged(SECOND, 10)} | everywhere
    comments = {Act.FIRST: paged(SAID, 3), Act.SECOND: paged(SAID_LATER, 3)} | everywhere
    return {"/api/v1/access_token": token, POSTS: posts[act], COMMENTS: comments[act]}


CONTRACT = Contract(
    kind="reddit",
    target="https://old.reddit.com/r/acme/",
    routes=routes,
    first=frozenset({*(f"post {number}" for number in range(1, 6)), "comment 1", "comment 2", "comment 6"}),
    second=frozenset({"a new post", "post 1", "post 2, edited", "post 4", "post 5", "comment 1", "comment 6"}),
    removed=frozenset({"post 3", "comment 2"}),
    keys={"reddit_id": "an-id", "reddit_secret": "a-secret"},
    error=Outcome.NEEDS_KEY,
)
