"""Sealed files in an S3-compatible bucket, against a server on loopback: whole or not at all, from any byte, errors in our words."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING, Any

import boto3
import httpx
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files import File
from moto import server

from dsr import env, vault
from exporters.contract import Permanent, Temporary

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dsr.vault.bucket import BucketStorage

CONTEXT = "artifact:1:c"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """A server that lives in this process."""
    running = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    running.stop()


def client(endpoint: str) -> Any:
    return boto3.client(
        "s3", endpoint_url=endpoint, region_name="eu-central-1", aws_access_key_id="k", aws_secret_access_key="s"
    )


def storage(endpoint: str, monkeypatch: pytest.MonkeyPatch, bucket: str = "vault", port: str = "") -> BucketStorage:
    from dsr.vault.bucket import BucketStorage

    monkeypatch.setenv("DSR_S3_KEY", "k")
    monkeypatch.setenv("DSR_S3_SECRET", "s")
    place = port or endpoint
    monkeypatch.setenv("DSR_STORAGE", f"s3://{bucket}/desk?endpoint={place}&region=eu-central-1&addressing=path")
    entry = env.envstorage("DSR_STORAGE", folder=None)  # type: ignore[arg-type]  # not asked for with a bucket
    assert entry["BACKEND"] == "dsr.vault.bucket.BucketStorage"
    return BucketStorage(**entry["OPTIONS"])


@pytest.fixture
def bucket(endpoint, monkeypatch) -> Iterator[BucketStorage]:
    s3 = client(endpoint)
    s3.create_bucket(Bucket="vault", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    yield storage(endpoint, monkeypatch)
    for found in s3.list_objects_v2(Bucket="vault").get("Contents", []):
        s3.delete_object(Bucket="vault", Key=found["Key"])
    s3.delete_bucket(Bucket="vault")


def names(endpoint: str) -> list[str]:
    return [found["Key"] for found in client(endpoint).list_objects_v2(Bucket="vault").get("Contents", [])]


def sealed(data: bytes, key: bytes) -> io.BytesIO:
    out = io.BytesIO()
    vault.seal_file(key, [data], out, context=CONTEXT)
    out.seek(0)
    return out


def test_written_read_in_a_stream_and_deleted(bucket, endpoint):
    key, data = vault.new_key(), os.urandom(9_000_000)  # more than one part of an upload
    name = bucket.save("case/one.sealed", File(sealed(data, key)))

    assert names(endpoint) == ["desk/case/one.sealed"]
    assert bucket.exists(name)
    with bucket.open(name, "rb") as source:
        assert b"".join(vault.open_file(key, source, context=CONTEXT)) == data
    stored = client(endpoint).get_object(Bucket="vault", Key="desk/case/one.sealed")["Body"].read()
    assert data[:100] not in stored
    bucket.delete(name)
    assert names(endpoint) == []
    bucket.delete(name)  # what is not there is deleted


def test_a_range_is_fetched_from_its_byte(bucket):
    key, data = vault.new_key(), os.urandom(3_000_000)
    name = bucket.save("case/two.sealed", File(sealed(data, key)))

    with bucket.open(name, "rb") as source:
        assert b"".join(vault.open_range(key, source, start=2_500_001, context=CONTEXT)) == data[2_500_001:]


class Torn(io.BytesIO):
    """A source that breaks off in the middle."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() > 8_000_000:
            raise OSError("the disk went away")
        return super().read(size)


@pytest.mark.parametrize("size", [1_000, 20_000_000])
def test_half_an_upload_leaves_nothing(bucket, endpoint, size):
    source: io.BytesIO = Torn(os.urandom(size)) if size > 8_000_000 else io.BytesIO(b"x")
    if size < 8_000_000:
        source.close()  # breaks off at once
    with pytest.raises((OSError, ValueError)):
        bucket.save("case/three.sealed", File(source, name="three"))

    assert names(endpoint) == []
    assert client(endpoint).list_multipart_uploads(Bucket="vault").get("Uploads", []) == []


def test_what_is_not_there_is_not_found(bucket):
    with pytest.raises(FileNotFoundError) as error:
        bucket.open("case/never.sealed", "rb")
    assert "never" not in str(error.value)


def test_a_bucket_that_is_not_there_needs_a_person(endpoint, monkeypatch):
    with pytest.raises(Permanent) as error:
        storage(endpoint, monkeypatch, bucket="nowhere").save("a", File(io.BytesIO(b"x")))
    assert (error.value.code, error.value.place) == ("storage_missing", "s3://nowhere")


def test_a_store_that_does_not_answer_is_worth_another_try(endpoint, monkeypatch):
    away = storage(endpoint, monkeypatch, port="http://127.0.0.1:9")
    for call in (lambda: away.save("a", File(io.BytesIO(b"x"))), lambda: away.open("a"), lambda: away.delete("a")):
        with pytest.raises(Temporary) as error:
            call()
        assert error.value.code == "storage_away"


@pytest.fixture
def guarded(bucket, endpoint) -> Iterator[BucketStorage]:
    """The server asks for credentials it knows from here on, and knows none."""
    httpx.post(f"{endpoint}/moto-api/reset-auth", content=b"0").raise_for_status()
    yield bucket
    httpx.post(f"{endpoint}/moto-api/reset-auth", content=b"1000000").raise_for_status()


def test_wrong_credentials_need_a_person(guarded):
    for call in (
        lambda: guarded.save("a", File(io.BytesIO(b"x"))),
        lambda: guarded.save("b", File(io.BytesIO(b"x" * 9_000_000))),
        lambda: guarded.open("a"),
        lambda: guarded.delete("a"),
        lambda: guarded.exists("a"),
    ):
        with pytest.raises(Permanent) as error:
            call()
        assert (error.value.code, error.value.place) == ("storage_refused", "s3://vault")


def test_no_credentials_at_all_need_a_person(bucket, endpoint, monkeypatch, tmp_path: Path):
    for name in ("DSR_S3_KEY", "DSR_S3_SECRET", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("DSR_STORAGE", f"s3://vault?endpoint={endpoint}&region=eu-central-1")
    from dsr.vault.bucket import BucketStorage

    nobody = BucketStorage(**env.envstorage("DSR_STORAGE", folder=tmp_path)["OPTIONS"])
    with pytest.raises(Permanent) as error:
        nobody.save("a", File(io.BytesIO(b"x")))
    assert error.value.code == "storage_refused"


def test_sealed_files_have_no_address(bucket):
    with pytest.raises(NotImplementedError):
        bucket.url("a")


@pytest.mark.parametrize(
    "text",
    ["/var/vault", "s3://", "https://bucket", "s3://key:secret@bucket", "s3://b?acl=public", "s3://b?addressing=odd"],
)
def test_odd_addresses_are_refused_without_being_repeated(text, monkeypatch, tmp_path):
    monkeypatch.setenv("DSR_STORAGE", text)
    with pytest.raises(ImproperlyConfigured) as error:
        env.envstorage("DSR_STORAGE", folder=tmp_path)
    assert "secret@" not in str(error.value)


def test_half_a_pair_of_credentials_is_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("DSR_STORAGE", "s3://vault")
    monkeypatch.setenv("DSR_S3_KEY", "k")
    monkeypatch.delenv("DSR_S3_SECRET", raising=False)
    with pytest.raises(ImproperlyConfigured, match="DSR_S3_SECRET"):
        env.envstorage("DSR_STORAGE", folder=tmp_path)


def test_without_an_address_a_folder_for_us_alone(monkeypatch, tmp_path):
    monkeypatch.delenv("DSR_STORAGE", raising=False)
    entry = env.envstorage("DSR_STORAGE", folder=tmp_path)
    assert entry["OPTIONS"] == {
        "location": str(tmp_path),
        "file_permissions_mode": 0o600,
        "directory_permissions_mode": 0o700,
    }
