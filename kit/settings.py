"""The settings of every process: read once from the environment, typed, handed down."""

from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent
Port = Annotated[int, Field(ge=1, le=65535)]
Seconds = Annotated[float, Field(gt=0, le=600)]
LogLevel = Annotated[
    Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(lambda level: str(level).upper())
]


def _tile_address(address: str) -> str:
    """An address that names a tile by nothing but its three numbers."""
    bare = address
    for part in ("{z}", "{x}", "{y}"):
        if part not in address:
            raise ValueError(part)
        bare = bare.replace(part, "")
    if not bare.startswith(("http://", "https://")) or set(bare) & set("{} "):
        raise ValueError("https://…/{z}/{x}/{y}.png")
    return address


def _networks(text: str) -> str:
    """Addresses and networks between commas; raises ValueError for anything else."""
    _read_networks(text)
    return text


def _read_networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(each.strip()) for each in text.split(",") if each.strip())


class Settings(BaseSettings):
    """One process's settings. Each field is `YIZHAN_<NAME>` in the environment."""

    model_config = SettingsConfigDict(
        env_prefix="YIZHAN_", env_ignore_empty=True, frozen=True, extra="ignore"
    )

    data_dir: Path = Field(
        ROOT / "data", description="Database, model, logs, photos and voices live here"
    )
    database_url: SecretStr | None = Field(
        None, description="PostgreSQL or SQLite URL; by default a SQLite file in the data folder"
    )
    master_key: SecretStr | None = Field(
        None,
        description="32 random bytes, base64, that seal workers' words and contacts;"
        " by default drawn once into master.key in the data folder",
    )
    content_dir: Path = Field(ROOT / "content", description="The shipped edition")
    host: str = Field("127.0.0.1", description="The address that bot and console listen on")
    bot_port: Port = Field(8000, description="Web chat and turn API")
    console_port: Port = Field(8001, description="Console for staff")
    actions_port: Port = Field(5055, description="Action server (rasa-sdk)")
    rasa_port: Port = Field(5005, description="Rasa server")
    actions_host: str = Field("127.0.0.1", description="The address the action server listens on")
    rasa_url: str | None = Field(
        None, description="Where the bot finds Rasa; by default this machine and `rasa_port`"
    )
    rasa_timeout: Seconds = Field(
        2.5, description="Seconds the bot waits for Rasa before it answers with the menu itself"
    )
    console_url: str | None = Field(
        None, description="The console's address as staff open it; printed in sign-in links"
    )
    console_cookie_secure: bool = Field(
        default=False,
        description="Send the console's cookie over HTTPS only (set it in production)",
    )
    console_proxies: Annotated[str, AfterValidator(_networks)] = Field(
        "",
        description="Addresses or networks of proxies, between commas, whose X-Forwarded-For the"
        " console believes when it counts failures to sign in",
    )
    turns_per_minute: Annotated[int, Field(ge=1, le=6000)] = Field(
        40, description="Turns a minute that one worker may send"
    )
    log_level: LogLevel = Field("INFO", description="DEBUG, INFO, WARNING or ERROR")
    telegram_token: SecretStr | None = Field(
        None, description="The bot's token from @BotFather; without it there is no Telegram"
    )
    telegram_api_base: str = Field(
        "https://api.telegram.org", description="The Bot API, or a server that speaks it"
    )
    telegram_proxy: str | None = Field(
        None, description="A proxy for all calls to Telegram, such as socks5://… or http://…"
    )
    telegram_per_second: Annotated[int, Field(ge=1, le=1000)] = Field(
        30,
        description="Messages a second that the bot sends at most; more than 30 only where paid"
        " broadcasts are on at @BotFather, at 0.1 Star for each beyond 30",
    )
    telegram_webhook_url: str | None = Field(
        None,
        description="The full https address that leads to /telegram of the bot's port;"
        " without it the bot polls",
    )
    telegram_webhook_secret: SecretStr | None = Field(
        None, description="What Telegram says with each delivery; drawn from the token if unset"
    )
    map_tile_url: Annotated[str, AfterValidator(_tile_address)] | None = Field(
        None,
        description="Address of WGS-84 map tiles with {z} {x} {y}, to lie under the sketches",
    )
    map_tile_credit: str = Field("", description="What the tiles' licence wants on the picture")
    nlu_python: Path | None = Field(
        None,
        description="A Python 3.10 to build Rasa's environment with; found by itself if unset",
    )

    @property
    def database(self) -> str:
        """The database URL with its async driver named."""
        if self.database_url is None:
            return f"sqlite+aiosqlite:///{self.data_dir.resolve() / 'yizhan.db'}"
        url = self.database_url.get_secret_value()
        for plain, driver in (
            ("postgresql://", "postgresql+psycopg://"),
            ("postgres://", "postgresql+psycopg://"),
            ("sqlite:///", "sqlite+aiosqlite:///"),
        ):
            if url.startswith(plain):
                return driver + url.removeprefix(plain)
        return url

    @property
    def photos(self) -> Path:
        """Where workers' pictures lie."""
        return self.data_dir.resolve() / "photos"

    @property
    def proxies(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The networks of `console_proxies`."""
        return _read_networks(self.console_proxies)

    @property
    def recordings(self) -> Path:
        """Where workers' voice messages lie."""
        return self.data_dir.resolve() / "recordings"

    @property
    def rasa(self) -> str:
        """Rasa's base URL."""
        return self.rasa_url or f"http://127.0.0.1:{self.rasa_port}"

    @property
    def console(self) -> str:
        """The console's base URL as staff open it."""
        return (self.console_url or f"http://127.0.0.1:{self.console_port}").rstrip("/")
