"""Everything that can be set, read once by an entry point from `AFTERWORD_*` variables or a `.env` file."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class Settings(BaseSettings):
    """Settings of one process. `.env.example` lists them all; a test holds the two together."""

    model_config = SettingsConfigDict(
        env_prefix="AFTERWORD_", env_file=".env", env_nested_delimiter="__", extra="ignore"
    )

    database_url: str = Field(
        "sqlite:///var/afterword.db", description="SQLAlchemy address: an SQLite file, or postgresql://… for teams"
    )
    model: str = Field("shipped", description="the labeller: `shipped`, a local folder or a hub id")
    model_labels: Annotated[dict[str, str], NoDecode] = Field(
        default_factory=dict, description="what the outputs of another model mean: LABEL_0=detractor,LABEL_1=promoter"
    )
    dictionary: Path | None = Field(
        None, description="a TOML file of topics that adds to, or replaces, the shipped aspect dictionary"
    )
    secret_key: SecretStr | None = Field(
        None, description="keys the hashes of authors and customers; made in secret_key_file when unset"
    )
    secret_key_file: Path = Field(Path("var/secret.key"), description="where that key is kept when it is not set")
    alert_urls: list[SecretStr] = Field(
        default_factory=list, description='Apprise addresses that alerts go to, as a JSON list: ["mailto://…"]'
    )
    user_agent: str = Field(
        "Afterword/0.1 (social NPS; contact: set AFTERWORD_USER_AGENT)", description="how the crawler names itself"
    )
    crawl_delay_s: float = Field(1.0, ge=0, description="seconds between two requests to one site")
    crawl_timeout_s: float = Field(60.0, gt=0, description="seconds that one answer of a site may take as a whole")
    key: dict[str, SecretStr] = Field(
        default_factory=dict,
        description="keys of sources, one variable each: AFTERWORD_KEY__YOUTUBE=…; see docs/data.md",
    )
    grey_sources: Annotated[frozenset[str], NoDecode] = Field(
        frozenset(), description="undocumented sources that you switch on, knowing their terms: google_play,2gis"
    )
    cycle_minutes: int = Field(60, ge=1, description="how often `serve --with-cycle` runs a whole cycle")
    alert_budget_days: int = Field(90, ge=1, description="accept one false alarm in so many days per series")
    max_body_bytes: int = Field(8_000_000, ge=1, description="the largest request body that the API reads")
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR")
    log_json: bool = Field(default=False, description="logs as JSON lines instead of for people")

    @field_validator("grey_sources", mode="before")
    @classmethod
    def _words(cls, told: object) -> object:
        return {word.strip() for word in told.split(",") if word.strip()} if isinstance(told, str) else told

    @field_validator("model_labels", mode="before")
    @classmethod
    def _pairs(cls, told: object) -> object:
        return _named_pairs(told) if isinstance(told, str) else told


def _named_pairs(told: str) -> dict[str, str]:
    """`a=x, b=y` as {"a": "x", "b": "y"}; {} for a blank. ValueError for what is no pair, or named twice."""
    pairs: dict[str, str] = {}
    for part in told.split(",") if told.strip() else []:
        name, sign, value = (side.strip() for side in part.partition("="))
        if not (name and sign and value) or name in pairs:
            msg = f"expected pairs such as LABEL_0=detractor,LABEL_1=promoter, each name once, not {part.strip()!r}"
            raise ValueError(msg)
        pairs[name] = value
    return pairs
