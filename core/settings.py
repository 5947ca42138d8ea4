"""Everything that can be set, read once by an entry point from `AFTERWORD_*` variables or a `.env` file."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Settings of one process. `.env.example` lists them all; a test holds the two together."""

    model_config = SettingsConfigDict(env_prefix="AFTERWORD_", env_file=".env", extra="ignore")

    database_url: str = Field(
        "sqlite:///var/afterword.db", description="SQLAlchemy address: an SQLite file, or postgresql://… for teams"
    )
    model: str = Field("shipped", description="the labeller: `shipped`, a local folder or a hub id")
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
    cycle_minutes: int = Field(60, ge=1, description="how often `serve --with-cycle` runs a whole cycle")
    alert_budget_days: int = Field(90, ge=1, description="accept one false alarm in so many days per series")
    max_body_bytes: int = Field(8_000_000, ge=1, description="the largest request body that the API reads")
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR")
    log_json: bool = Field(default=False, description="logs as JSON lines instead of for people")
