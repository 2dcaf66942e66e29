"""What the emulator hears in an audio resource, and what it finds in archives: from the bytes, without fail."""

from __future__ import annotations

import bz2
import gzip
import io
import random
import stat
import struct
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pytest_speechcustom.emulator import archives, audio, containers
from pytest_speechcustom.emulator.archives import Member, members
from pytest_speechcustom.emulator.audio import Problem, Sound
from tests.servers import flac, sounds

WAV = sounds.wav(2)
SOUND = Sound(2, "pcm_s16le", 16_000)

CONTAINERS = {
    "audio/wav": WAV,
    "audio/flac": flac.silence(3),
    "audio/mp3": sounds.mp3(4),
    "audio/ogg;codecs=opus": sounds.opus(5),
    "audio/ogg;codecs=vorbis": sounds.vorbis(6),
    "audio/webm;codecs=opus": sounds.webm(7),
}
"""Content type -> a file of that type."""

MIB = 2**20


def heard(data: bytes, content_type: str | None = None) -> Sound:
    """The sound of a file that has one."""
    result = audio.read(data, content_type)
    assert isinstance(result, Sound), result
    return result


def refused(data: bytes, content_type: str | None = None) -> str:
    """Why a file is no audio."""
    result = audio.read(data, content_type)
    assert isinstance(result, Problem), result
    return result.reason


# audio that shows its format


@pytest.mark.parametrize(
    ("data", "sound"),
    [
        pytest.param(sounds.wav(131, 22_050), Sound(131, "pcm_s16le", 22_050), id="wav of the documents"),
        pytest.param(sounds.wav(1, 8_000, width=1), Sound(1, "pcm_u8", 8_000), id="wav of 8 bits"),
        pytest.param(sounds.wav(2, 44_100, channels=2, width=3), Sound(2, "pcm_s24le", 44_100), id="wav of 24 bits"),
        pytest.param(sounds.wav(2, 48_000, channels=9, width=4), Sound(2, "pcm_s32le", 48_000), id="wav of 9 channels"),
        pytest.param(sounds.riff(3, 32, 8_000, bytes(64_000)), Sound(2, "pcm_f32le", 8_000), id="wav of floats"),
        pytest.param(sounds.riff(6, 8, 8_000, bytes(16_000)), Sound(2, "pcm_alaw", 8_000), id="wav of A-law"),
        pytest.param(sounds.riff(7, 8, 8_000, bytes(16_000)), Sound(2, "pcm_mulaw", 8_000), id="wav of mu-law"),
        pytest.param(flac.silence(660), Sound(660, "flac", 16_000), id="flac"),
        pytest.param(flac.silence(2, 8_000), Sound(2, "flac", 8_000), id="flac of one frame"),
        pytest.param(b"ID3\4\0\0\0\0\0\7" + bytes(7) + flac.silence(9), Sound(9, "flac", 16_000), id="flac with tag"),
        pytest.param(sounds.mp3(60), Sound(60, "mp3", 16_000), id="mp3"),
        pytest.param(b"ID3\4\0\0\0\0\1\0" + bytes(128) + sounds.mp3(60), Sound(60, "mp3", 16_000), id="mp3 with tag"),
        pytest.param(sounds.mp3_with_count(1000, 1000), Sound(36, "mp3", 16_000), id="mp3 that states its length"),
        pytest.param(sounds.opus(600), Sound(600, "opus", 48_000), id="opus"),
        pytest.param(sounds.vorbis(600, 16_000), Sound(600, "vorbis", 16_000), id="vorbis"),
        pytest.param(sounds.webm(45), Sound(45, "opus", 48_000), id="webm of opus"),
        pytest.param(sounds.webm(45, codec=b"A_VORBIS", rate=16_000), Sound(45, "vorbis", 16_000), id="webm of vorbis"),
    ],
)
def test_a_file_tells_duration_codec_and_frequency(data: bytes, sound: Sound) -> None:
    """Each format that the service takes is read, whether or not a content type says which it is."""
    assert heard(data) == sound


@pytest.mark.parametrize("content_type", CONTAINERS)
def test_the_content_type_agrees(content_type: str) -> None:
    """A file is read by its content type as it is without, and letter case does not matter."""
    assert heard(CONTAINERS[content_type], content_type) == heard(CONTAINERS[content_type])
    assert heard(CONTAINERS[content_type], content_type.upper()) == heard(CONTAINERS[content_type])


def test_mpeg_is_mp3() -> None:
    """Both names of the type are known."""
    assert heard(sounds.mp3(4), "audio/mpeg") == heard(sounds.mp3(4), "audio/mp3")


def test_parts_of_seconds_are_dropped() -> None:
    """The duration is in whole seconds, as in the samples of the documents."""
    assert heard(sounds.wav(0.5)).duration == 0
    assert heard(sounds.wav(1.99)).duration == 1


def test_an_extensible_wav_is_what_its_subformat_says() -> None:
    """Format 0xFFFE tells the format further behind."""
    layout = struct.pack("<HHIIHHHHIH", 0xFFFE, 1, 16_000, 32_000, 2, 16, 22, 16, 0, 1) + bytes(14)
    chunks = b"fmt " + struct.pack("<I", len(layout)) + layout + b"data" + struct.pack("<I", 64_000) + bytes(64_000)

    assert heard(b"RIFF" + struct.pack("<I", len(chunks) + 4) + b"WAVE" + chunks) == SOUND


@pytest.mark.parametrize("size", [0xFFFF_FFFF, 0x7FFF_F000])
def test_a_wav_that_was_streamed_ends_with_its_bytes(size: int) -> None:
    """What was written to a pipe does not know its size."""
    assert heard(sounds.riff(1, 16, 16_000, bytes(64_000), size=size)) == SOUND


def test_a_flac_that_was_streamed_ends_with_its_last_frame() -> None:
    """The header of a FLAC may leave the number of samples open: the last frame tells it."""
    data = bytearray(flac.silence(660))
    data[21:26] = bytes([data[21] & 0xF0, 0, 0, 0, 0])

    assert heard(bytes(data)) == Sound(660, "flac", 16_000)


def test_a_wav_may_tell_more_than_audio() -> None:
    """Chunks before the audio are passed over, odd ones with their padding."""
    assert heard(WAV[:36] + b"LIST\3\0\0\0abc\0" + WAV[36:]) == SOUND


# audio that does not show its format


@pytest.mark.parametrize(
    ("content_type", "size", "sound"),
    [
        ("audio/l16;rate=16000", 64_001 - 1, Sound(2, "pcm_s16le", 16_000)),
        ("audio/l16; rate=22050; channels=2", 22_050 * 4 * 3, Sound(3, "pcm_s16le", 22_050)),
        ("audio/l16;rate=8000;endianness=big-endian", 16_000, Sound(1, "pcm_s16be", 8_000)),
        ("audio/l16;rate=8000;endianness=little-endian", 16_000, Sound(1, "pcm_s16le", 8_000)),
        ("audio/mulaw;rate=8000", 80_000, Sound(10, "pcm_mulaw", 8_000)),
        ("audio/alaw;rate=8000;channels=2", 80_000, Sound(5, "pcm_alaw", 8_000)),
        ("audio/basic", 80_000, Sound(10, "pcm_mulaw", 8_000)),
        ("audio/g729", 10_000, Sound(10, "g729", 8_000)),
    ],
)
def test_bytes_without_a_header_are_what_their_type_says(content_type: str, size: int, sound: Sound) -> None:
    """Duration and frequency come from the number of bytes and the parameters."""
    assert heard(bytes(size), content_type) == sound


@pytest.mark.parametrize(
    ("content_type", "reason"),
    [
        ("audio/l16", "needs a content type with a rate that is a number"),
        ("audio/mulaw", "needs a content type with a rate that is a number"),
        ("audio/alaw;channels=1", "needs a content type with a rate that is a number"),
        ("audio/l16;rate=", "needs a content type with a rate that is a number"),
        ("audio/l16;rate=0", "needs a content type with a rate that is a number"),
        ("audio/l16;rate=-8000", "needs a content type with a rate that is a number"),
        ("audio/l16;rate=16e3", "needs a content type with a rate that is a number"),
        ("audio/l16;rate=١٦٠٠٠", "needs a content type with a rate that is a number"),
        ("audio/l16;rate=" + "9" * 5000, "needs a content type with a rate that is a number"),
        ("audio/l16;rate=16000;channels=two", "needs a content type with a channels that is a number"),
        ("audio/l16;rate=16000;channels=3", "whole sample"),
    ],
)
def test_parameters_must_make_sense(content_type: str, reason: str) -> None:
    """A rate that is missing or no number, and bytes that are not so many samples, are problems."""
    assert reason in refused(bytes(16_000), content_type)


def test_basic_audio_may_have_a_header() -> None:
    """The header of AU is read where there is one; without a content type it is not enough, as documented."""
    assert heard(sounds.au(4), "audio/basic") == Sound(4, "pcm_mulaw", 8_000)
    assert "encoding 3" in refused(sounds.au(4, encoding=3), "audio/basic")
    assert "cut short" in refused(sounds.au(4)[:-1], "audio/basic")
    assert "content type" in refused(sounds.au(4))


# what is not as it should be


@pytest.mark.parametrize(
    ("data", "content_type", "reason"),
    [
        (flac.silence(3), "audio/wav", "is FLAC, not audio/wav"),
        (WAV, "audio/flac", "is WAV, not audio/flac"),
        (WAV, "audio/l16;rate=16000", "is WAV, not audio/l16"),
        (sounds.mp3(4), "audio/ogg", "is MP3, not audio/ogg"),
        (sounds.au(4), "audio/mulaw;rate=8000", "is AU, not audio/mulaw"),
        (b"no audio at all" * 9, "audio/wav", "is something else, not audio/wav"),
        (sounds.opus(5), "audio/ogg;codecs=vorbis", "holds opus, not vorbis"),
        (sounds.webm(5), "audio/webm;codecs=vorbis", "holds opus, not vorbis"),
        (WAV, "application/octet-stream", "no type of audio"),
        (WAV, "application/json", "no type of audio"),
        (WAV, "", "sent as nothing"),
    ],
)
def test_bytes_of_another_type_are_a_problem(data: bytes, content_type: str, reason: str) -> None:
    """The service marks audio of a wrong format as invalid, and so does not read it by what it is."""
    assert reason in refused(data, content_type)


@pytest.mark.parametrize("content_type", [*CONTAINERS, "audio/l16;rate=16000", "audio/basic", "audio/g729", None])
def test_no_bytes_are_a_problem(content_type: str | None) -> None:
    """Nothing is no audio of any type."""
    assert refused(b"", content_type) == "is empty"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(sounds.wav(0), "no audio", id="wav without samples"),
        pytest.param(WAV[:40], "without audio", id="wav that ends in its header"),
        pytest.param(WAV[:30], "cut short", id="wav that ends in its format"),
        pytest.param(sounds.riff(2, 4, 8_000, bytes(800), channels=2), "format 0x0002", id="wav of ADPCM"),
        pytest.param(sounds.riff(1, 16, 16_000, bytes(800), channels=10), "10 channels", id="wav of 10 channels"),
        pytest.param(sounds.riff(1, 16, 0, bytes(800)), "frequency", id="wav without frequency"),
        pytest.param(flac.silence(3)[:42], "cut short", id="flac without frames"),
        pytest.param(b"ID3\4\0\0\0\0\0\0" + bytes(99), "no frames", id="tag without mp3"),
        pytest.param(sounds.mp3_with_count(300, 1000), "cut short", id="mp3 that states more"),
        pytest.param(sounds.vorbis(6).replace(b"vorbis", b"theora"), "neither Vorbis nor Opus", id="ogg of video"),
        pytest.param(sounds.webm(None), "does not tell the duration", id="webm recorded live"),
        pytest.param(sounds.webm(5, codec=b"V_VP9"), "neither Vorbis nor Opus", id="webm of video"),
        pytest.param(sounds.webm(float("nan")), "does not tell the duration", id="webm of no duration"),
        pytest.param(sounds.webm(5, rate=0), "frequency", id="webm without frequency"),
        pytest.param(b"\xff\xfb" + bytes(99), "not audio", id="two bytes like mp3"),
    ],
)
def test_a_broken_file_is_a_problem(data: bytes, reason: str) -> None:
    """A header that tells nonsense, or what cannot be read, is named as the reason."""
    assert reason in refused(data)


def test_a_length_that_cannot_be_is_a_problem() -> None:
    """The last page of an Ogg file tells a duration of years."""
    data = bytearray(sounds.opus(5))
    struct.pack_into("<q", data, data.rfind(b"OggS") + 6, 2**50)

    assert refused(bytes(data)) == "claims more audio than its bytes can hold"


def test_two_streams_in_one_ogg_are_a_problem() -> None:
    """The number of samples on the last page is that of its own stream only."""
    one = sounds.opus(5)
    other = one.replace(struct.pack("<I", 7), struct.pack("<I", 8))

    assert "more than one stream" in refused(one + other)


@pytest.mark.parametrize("content_type", [each for each in CONTAINERS if each != "audio/mp3"])
def test_a_file_that_is_cut_short_is_a_problem(content_type: str) -> None:
    """Wherever the end is missing: the duration that the header tells is not believed."""
    data = CONTAINERS[content_type]
    wanted = {*range(min(len(data), 300)), *range(0, len(data), 97), *range(len(data) - 9, len(data))}

    sounding = [length for length in sorted(wanted) if isinstance(audio.read(data[:length], content_type), Sound)]

    assert sounding == []


def test_an_mp3_that_is_cut_short_is_shorter() -> None:
    """Frames stand by themselves, so that what is left of an MP3 is one."""
    assert heard(sounds.mp3(60)[:-5000]).duration == 55
    assert "no frames" not in refused(sounds.mp3(60)[:90])


# hostile bytes

CONTENT_TYPES = st.sampled_from([None, *CONTAINERS, "audio/basic", "audio/l16;rate=16000", "audio/g729"])


@given(data=st.binary(max_size=300), content_type=CONTENT_TYPES)
@example(b"OggS", None)
@example(b"RIFF\0\0\0\0WAVEfmt \xff\xff\xff\xff", None)
@example(b"\x1a\x45\xdf\xa3\x00", None)
@example(b"ID3", "audio/mpeg")
@example(b".snd", "audio/basic")
@settings(max_examples=200, deadline=None)
def test_random_bytes_never_raise(data: bytes, content_type: str | None) -> None:
    """Whatever comes is a sound or a problem."""
    assert isinstance(audio.read(data, content_type), Sound | Problem)


@given(
    data=st.sampled_from([*CONTAINERS.values(), sounds.au(1), sounds.mp3_with_count(50, 50)]),
    changes=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=12),
    end=st.none() | st.integers(0, 400),
    content_type=CONTENT_TYPES,
)
@settings(max_examples=250, deadline=None)
def test_damaged_files_never_raise(
    data: bytes, changes: list[tuple[int, int]], end: int | None, content_type: str | None
) -> None:
    """Real headers with wrong bytes in them, and ends, are a sound or a problem."""
    damaged = bytearray(data)
    for place, byte in changes:
        damaged[place % len(damaged)] = byte

    assert isinstance(audio.read(bytes(damaged[:end]), content_type), Sound | Problem)


@given(content_type=st.text(max_size=60) | st.text("audio/l16;=\"\\* rate'", max_size=60))
@settings(max_examples=200, deadline=None)
def test_any_content_type_may_come(content_type: str) -> None:
    """A header of any text is read without fail."""
    assert isinstance(audio.read(WAV, content_type), Sound | Problem)


@pytest.mark.parametrize(
    "made",
    [
        pytest.param(lambda: sounds.mp3(0.11) + b"\xff" * (20 * MIB), id="mp3, then what looks like frames"),
        pytest.param(lambda: flac.silence(20)[:42] + b"\xff\xf8" * (10 * MIB), id="flac of what looks like frames"),
        pytest.param(lambda: b"fLaC" + b"\1\0\0\0" * (5 * MIB), id="flac of blocks"),
        pytest.param(lambda: sounds.opus(1) + b"OggS" * (5 * MIB), id="ogg of what looks like pages"),
        pytest.param(lambda: WAV[:36] + b"junk\0\0\0\0" * (2 * MIB), id="wav of chunks"),
        pytest.param(
            lambda: b"\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67\xff" + b"\xec\x80" * (10 * MIB), id="webm of elements"
        ),
    ],
)
def test_a_large_file_takes_no_memory(made: Callable[[], bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it is made of, 20 MiB are judged without a copy of them."""
    monkeypatch.setattr(containers, "LAST_FRAME", 2**16)  # measuring is slow where many small objects are made
    monkeypatch.setattr(containers._Patient, "left", 10_000)
    data = made()

    assert peak(lambda: refused(data)) < 2 * MIB


def test_looking_through_a_file_has_a_limit() -> None:
    """An MP3 is not searched for frames to its end, where there are none."""
    assert "too much" in refused(sounds.mp3(0.11) + b"\xff" * (2 * containers.READS))


def peak(work: Callable[[], object]) -> int:
    """The most bytes that were taken while that was done."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


# archives

File = tuple[str, bytes]


def zipped(*files: File, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of these."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as archive:
        for name, data in files:
            archive.writestr(zipfile.ZipInfo(name), data, compress_type=method)
    return held.getvalue()


def tarred(*files: File) -> bytes:
    """A tar of these, in a gzip."""
    return squeezed(b"".join(entry(name, data) for name, data in files) + bytes(1024))


def squeezed(data: bytes) -> bytes:
    """A gzip, the same at all times: tests are named by their data."""
    return gzip.compress(data, 6, mtime=0)


def entry(name: str, data: bytes = b"", kind: bytes = tarfile.REGTYPE, *, size: int | None = None) -> bytes:
    """A file as it stands in a tar: of another `kind`, or a header that tells another `size`."""
    info = tarfile.TarInfo(name)
    info.type = tarfile.DIRTYPE if name.endswith("/") else kind
    info.size = len(data) if size is None else size
    return info.tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape") + data + bytes(-len(data) % 512)


def pax(records: bytes, kind: bytes = tarfile.XHDTYPE) -> bytes:
    """An extended header, of these records."""
    return entry("PaxHeader", records, kind)


def record(name: str, value: str) -> bytes:
    """A record of an extended header, of less than 100 bytes."""
    return f"{len(name) + len(value) + 5} {name}={value}\n".encode()


PACKERS: dict[str, Callable[..., bytes]] = {"application/zip": zipped, "application/gzip": tarred}

both = pytest.mark.parametrize("content_type", PACKERS)


def opened(data: bytes, content_type: str, contained: str | None = None) -> list[Member]:
    """The files of an archive that can be read."""
    result = members(data, content_type, contained)
    assert isinstance(result, list), result
    return result


def flaw(files: list[Member]) -> str:
    """Why the only file of an archive is invalid."""
    (only,) = files
    assert isinstance(only.result, Problem), only
    return only.result.reason


def closed(data: bytes, content_type: str) -> str:
    """Why an archive cannot be read."""
    result = members(data, content_type)
    assert isinstance(result, Problem), result
    return result.reason


@both
def test_files_are_heard_in_their_order(content_type: str) -> None:
    """Files of several formats, in folders too, each with its sound; names and bytes do not have to agree."""
    data = PACKERS[content_type](("b.wav", WAV), ("more/a.flac", flac.silence(3)), ("liar.wav", sounds.opus(5)))

    assert opened(data, content_type) == [
        Member("b.wav", SOUND),
        Member("more/a.flac", Sound(3, "flac", 16_000)),
        Member("liar.wav", Sound(5, "opus", 48_000)),
    ]


@both
def test_folders_and_what_macos_adds_are_passed_over(content_type: str) -> None:
    """They are no audio, and do not make the archive invalid."""
    data = PACKERS[content_type](
        ("more/", b""), ("a.wav", WAV), ("__MACOSX/._a.wav", b"?"), (".DS_Store", b"?"), ("more/._b.wav", b"?")
    )

    assert opened(data, content_type) == [Member("a.wav", SOUND)]


@both
def test_an_archive_without_files_is_a_problem(content_type: str) -> None:
    """So is one with folders only."""
    assert closed(PACKERS[content_type](("more/", b"")), content_type) == "holds no file"


@both
@pytest.mark.parametrize(
    "contained", ["audio/alaw;rate=8000", "audio/basic", "audio/l16;rate=8000", "audio/mulaw;rate=8000"]
)
def test_audio_without_a_header_needs_the_contained_type(content_type: str, contained: str) -> None:
    """The documents require it for these four."""
    data = PACKERS[content_type](("a.raw", bytes(16_000)))

    assert "need a content type" in flaw(opened(data, content_type))
    assert isinstance(opened(data, content_type, contained)[0].result, Sound)


@both
def test_the_contained_type_holds_for_every_file(content_type: str) -> None:
    """A file of another format is invalid then, where it would be heard without."""
    data = PACKERS[content_type](("a.wav", WAV), ("b.flac", flac.silence(3)))

    first, second = opened(data, content_type, "audio/wav")

    assert (first.result, second.result) == (SOUND, Problem("is FLAC, not audio/wav"))


@both
def test_g729_is_known_by_its_name(content_type: str) -> None:
    """It has no header, and yet is not among those that need the contained type."""
    data = PACKERS[content_type](("a.G729", bytes(1_000)))

    assert opened(data, content_type) == [Member("a.G729", Sound(1, "g729", 8_000))]


@both
@pytest.mark.parametrize(
    "name",
    [
        "../a.wav",
        "more/../../a.wav",
        "/etc/a.wav",
        "C:/a.wav",
        "c:a.wav",
        "..\\a.wav",
        "more\\a.wav",
        "\\\\host\\a.wav",
    ],
)
def test_a_name_that_leads_out_is_invalid(content_type: str, name: str) -> None:
    """The file is not looked at, though it would be audio."""
    assert flaw(opened(PACKERS[content_type]((name, WAV)), content_type)) == "has a name that leads out of the archive"


@both
def test_names_are_names(content_type: str) -> None:
    """At most 128 characters, as documented, and none that cannot be shown."""
    pack = PACKERS[content_type]

    assert opened(pack(("more/" + "a" * 128, WAV)), content_type)[0].result == SOUND
    assert flaw(opened(pack(("more/" + "a" * 129, WAV)), content_type)) == "has a name of more than 128 characters"
    assert flaw(opened(pack(("a\n.wav", WAV)), content_type)) == "has a name that is none"


@both
@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("second", ["a.wav", "./a.wav", "more/../a.wav"])
def test_a_name_that_stands_twice_is_invalid(content_type: str, second: str) -> None:
    """The first of the two is the file; however the second is written."""
    first, other = opened(PACKERS[content_type](("a.wav", WAV), (second, WAV)), content_type)

    assert first.result == SOUND
    assert isinstance(other.result, Problem)


@both
@pytest.mark.parametrize("within", [zipped(("a.wav", WAV)), tarred(("a.wav", WAV))], ids=["zip", "gzip"])
def test_archives_within_are_not_opened(content_type: str, within: bytes) -> None:
    """They are invalid files, whatever they hold."""
    assert flaw(opened(PACKERS[content_type](("a.wav", within)), content_type)) == "is an archive itself"


@both
def test_a_cut_archive_is_a_problem(content_type: str) -> None:
    """Wherever it ends too early; the files before that place do not count."""
    noise = random.Random(1).randbytes(2_000)
    data = PACKERS[content_type](("a.wav", sounds.riff(1, 16, 16_000, noise)), ("b.wav", WAV))

    assert [size for size in range(len(data)) if not isinstance(members(data[:size], content_type), Problem)] == []


@pytest.mark.parametrize(
    ("content_type", "data", "reason"),
    [
        pytest.param("application/zip", tarred(("a.wav", WAV)), "is no zip", id="gzip as zip"),
        pytest.param("application/gzip", zipped(("a.wav", WAV)), "is no gzip", id="zip as gzip"),
        pytest.param("application/gzip", squeezed(WAV), "holds no tar", id="gzip of a file"),
        pytest.param("application/gzip", squeezed(b""), "holds no tar", id="gzip of nothing"),
        pytest.param("application/gzip", bz2.compress(WAV), "is no gzip", id="bzip2"),
        pytest.param("application/zip", b"", "is no zip", id="nothing as zip"),
        pytest.param("application/gzip", b"", "is cut short", id="nothing as gzip"),
        pytest.param("application/x-tar", tarred(("a.wav", WAV)), "no type of archive", id="tar"),
        pytest.param("audio/wav", WAV, "no type of archive", id="audio"),
        pytest.param("", WAV, "sent as nothing", id="no type"),
    ],
)
def test_what_is_no_such_archive_is_a_problem(content_type: str, data: bytes, reason: str) -> None:
    """The other kind of archive, a gzip of a single file, and anything else."""
    assert reason in closed(data, content_type)


# zip


def test_a_wrong_checksum_makes_the_file_invalid() -> None:
    """The other files of the zip are heard."""
    data = zipped(("a.wav", WAV), ("b.wav", WAV), method=zipfile.ZIP_STORED)
    data = data[:1000] + b"?" + data[1001:]

    first, second = opened(data, "application/zip")

    assert isinstance(first.result, Problem)
    assert "Bad CRC-32" in first.result.reason
    assert second.result == SOUND


def test_an_encrypted_file_is_invalid() -> None:
    """There is no way to tell a password."""
    data = bytearray(zipped(("a.wav", WAV)))
    for place in (6, data.rfind(b"PK\1\2") + 8):
        data[place] |= 1

    assert flaw(opened(bytes(data), "application/zip")) == "is encrypted"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_compressions_are_invalid(method: int) -> None:
    """LZMA takes as much memory as the file says."""
    assert flaw(opened(zipped(("a.wav", WAV), method=method), "application/zip")) == "is neither stored nor deflated"


@pytest.mark.parametrize("mode", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFIFO])
def test_a_link_or_device_in_a_zip_is_invalid(mode: int) -> None:
    """The mode of the file tells."""
    held, info = io.BytesIO(), zipfile.ZipInfo("a.wav")
    info.external_attr = (mode | 0o777) << 16
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr(info, "/etc/passwd")

    assert flaw(opened(held.getvalue(), "application/zip")) == "is a link or a device"


def test_a_name_with_a_nul_in_a_zip_is_invalid() -> None:
    """Python cuts such a name, others may not."""
    data = zipped(("a.wav_.exe", WAV)).replace(b"a.wav_.exe", b"a.wav\0.exe")

    assert flaw(opened(data, "application/zip")) == "has a name that is none"


# tar in gzip


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (tarfile.SYMTYPE, "is a link"),
        (tarfile.LNKTYPE, "is a link"),
        (tarfile.CHRTYPE, "is a device"),
        (tarfile.BLKTYPE, "is a device"),
        (tarfile.FIFOTYPE, "is a device"),
        (tarfile.GNUTYPE_SPARSE, "is a device or of another kind"),
    ],
)
def test_a_link_or_device_in_a_tar_is_invalid(kind: bytes, reason: str) -> None:
    """So is a file with holes, which unpacks to more than it has."""
    data = squeezed(entry("a.wav", kind=kind) + entry("b.wav", WAV) + bytes(1024))

    first, second = opened(data, "application/gzip")

    assert isinstance(first.result, Problem)
    assert reason in first.result.reason
    assert second == Member("b.wav", SOUND)


def test_a_tar_of_any_writer_is_read() -> None:
    """The formats of the standard library, with long names and letters of any kind."""
    name = "mehr/" * 30 + "größe.wav"
    for format_ in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        held = io.BytesIO()
        with tarfile.open(fileobj=held, mode="w:gz", format=format_, encoding="utf-8") as archive:
            info = tarfile.TarInfo(name)
            info.size = len(WAV)
            archive.addfile(info, io.BytesIO(WAV))

        assert opened(held.getvalue(), "application/gzip") == [Member(name, SOUND)]


def test_a_name_in_another_encoding_can_be_written_down() -> None:
    """Bytes that are no UTF-8 become a mark that every encoding of an answer knows."""
    data = squeezed(entry("gr\udcf6sse.wav", WAV) + bytes(1024))

    assert opened(data, "application/gzip") == [Member("gr�sse.wav", SOUND)]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(tarred(("a.wav", WAV))[:-8] + bytes(8), "is no gzip, or broken", id="wrong checksum"),
        pytest.param(tarred(("a.wav", WAV)) + b"?", "goes on behind its end", id="bytes behind"),
        pytest.param(squeezed(entry("a.wav", WAV)), "cut short or broken", id="no end"),
        pytest.param(squeezed(entry("a.wav", WAV) + b"?" * 1024), "cut short or broken", id="no header"),
        pytest.param(squeezed(entry("a.wav", WAV, size=10**6) + bytes(1024)), "is cut short", id="longer file"),
        pytest.param(
            squeezed(entry("/a.wav", WAV, size=10**6)), "is cut short", id="longer file that is not looked at"
        ),
        pytest.param(squeezed(entry("a.wav", size=-513) + bytes(1024)), "broken", id="size below 0"),
        pytest.param(
            squeezed(pax(record("size", "-1025")) + entry("a.wav") + bytes(1024)),
            "leads backwards",
            id="size below 0 in pax",
        ),
    ],
)
def test_a_broken_tar_is_a_problem(data: bytes, reason: str) -> None:
    """Where the files end too early, or the place of the next cannot be known."""
    assert reason in closed(data, "application/gzip")


def test_zeros_behind_a_gzip_do_not_matter() -> None:
    """Some storage fills up blocks."""
    assert opened(tarred(("a.wav", WAV)) + bytes(512), "application/gzip") == [Member("a.wav", SOUND)]


# bombs


@both
def test_silence_is_no_bomb(content_type: str) -> None:
    """Eleven minutes of it pack a thousand times smaller, and are what tests send."""
    data = PACKERS[content_type](("a.wav", sounds.wav(660)))

    assert len(data) < 50_000
    assert opened(data, content_type) == [Member("a.wav", Sound(660, "pcm_s16le", 16_000))]


@both
def test_an_archive_may_not_unpack_to_too_much(content_type: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many files, none of them too large: it is refused when the sum is, with one of them in memory at most."""
    monkeypatch.setattr(archives, "FREE_BYTES", 8 * MIB)
    large = sounds.wav(60)  # nearly 2 MiB
    data = PACKERS[content_type](*((f"{number}.wav", large) for number in range(10)))

    assert peak(lambda: closed(data, content_type)) < 1.5 * len(large)
    assert closed(data, content_type) == f"unpacks to more than {8 * MIB} bytes"


@both
def test_a_larger_archive_may_unpack_to_more(content_type: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What may come out grows with what came in, up to a limit of its own."""
    monkeypatch.setattr(archives, "FREE_BYTES", 1_000)
    data = PACKERS[content_type](("a.wav", WAV), ("noise", random.Random(1).randbytes(2_000)))

    assert len(opened(data, content_type)) == 2

    monkeypatch.setattr(archives, "TOTAL_BYTES", 50_000)

    assert closed(data, content_type) == "unpacks to more than 50000 bytes"


@both
def test_a_file_may_not_be_too_large(content_type: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not unpacked into memory, and the file behind it is heard."""
    monkeypatch.setattr(archives, "MEMBER_BYTES", 10 * MIB)
    data = PACKERS[content_type](("bomb.wav", bytes(10 * MIB + 1)), ("a.wav", WAV))
    expected = [Member("bomb.wav", Problem("has more than 10485760 bytes")), Member("a.wav", SOUND)]

    assert peak(lambda: opened(data, content_type)) < 2 * MIB
    assert opened(data, content_type) == expected


@both
def test_an_archive_may_not_hold_too_many_files(content_type: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Folders and the like count, for they take time as well."""
    monkeypatch.setattr(archives, "MEMBERS", 1_000)
    data = PACKERS[content_type](*((f"{number}/", b"") for number in range(1_001)))

    assert peak(lambda: closed(data, content_type)) < MIB
    assert closed(data, content_type) == "holds more than 1000 files"


def test_files_of_a_zip_that_share_their_bytes_count_each() -> None:
    """A directory may name the same bytes many times over, which makes a large archive of a small one."""
    one = zipped(("0000.wav", sounds.wav(60)))
    start = one.rfind(b"PK\1\2")
    record, end = one[start : one.rfind(b"PK\5\6")], bytearray(one[one.rfind(b"PK\5\6") :])
    directory = b"".join(record.replace(b"0000", b"%04d" % number) for number in range(500))
    struct.pack_into("<HHI", end, 8, 500, 500, len(directory))

    result = members(one[:start] + directory + bytes(end), "application/zip")

    assert isinstance(result, Problem) or sum(isinstance(member.result, Sound) for member in result) <= 1


def test_a_long_directory_of_a_zip_is_not_read() -> None:
    """As objects it would take more than ten times as much memory as in the file."""
    data = zipped(*((f"{number:0200}", b"") for number in range(10_000)))

    assert peak(lambda: closed(data, "application/zip")) < MIB
    assert "directory has more than" in closed(data, "application/zip")


@pytest.mark.parametrize(
    ("tar", "reason"),
    [
        pytest.param(lambda: bytes(12 * MIB), "holds no file|unpacks to more", id="zeros"),
        pytest.param(
            lambda: entry("a.wav", size=8 * 2**30 - 1) + bytes(12 * MIB), "unpacks to more", id="size of 8 GiB"
        ),
        pytest.param(
            lambda: entry("x", kind=b"x", size=12 * MIB) + bytes(13 * MIB), "of one file", id="extended header"
        ),
        pytest.param(lambda: entry("x", kind=b"L", size=12 * MIB) + bytes(13 * MIB), "of one file", id="long name"),
        pytest.param(lambda: entry("x", kind=b"x") * 10_000, "of one file|holds no tar", id="headers of headers"),
        pytest.param(
            lambda: (
                pax(record("GNU.sparse.major", "1") + record("GNU.sparse.minor", "0"))
                + entry("a.wav", b"90000000\n" + b"0\n" * MIB)
            ),
            "of one file",
            id="map of holes",
        ),
        pytest.param(
            lambda: b"".join(
                pax(b"".join(record(f"name.{part}.{number}", "") for number in range(60)), tarfile.XGLTYPE)
                + entry(f"{part}/")
                for part in range(10)
            ),
            "of all files",
            id="headers for all files",
        ),
        pytest.param(lambda: (pax(b"0" * 60_000) + entry("a/")) * 500, "digits in a row", id="digits"),
        pytest.param(
            lambda: (pax(b" " * 60_000) + entry("a/")) * 500,
            "or 4194304 of all|holds no tar",
            id="headers of all files together",
        ),
    ],
)
def test_a_tar_cannot_take_much_memory(tar: Callable[[], bytes], reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever its headers tell, a small part of what they do is read at once."""
    monkeypatch.setattr(archives, "FREE_BYTES", 8 * MIB)
    monkeypatch.setattr(archives, "HEADERS_BYTES", 4 * MIB)
    data = squeezed(tar())
    told: list[str] = []

    assert peak(lambda: told.append(closed(data, "application/gzip"))) < 2 * MIB
    assert any(each in told[0] for each in reason.split("|")), told


def test_a_long_name_in_a_gzip_takes_no_time() -> None:
    """The gzip module reads such a name a byte at a time."""
    assert closed(b"\x1f\x8b\x08\x08\0\0\0\0\0\3" + b"a" * 50 * MIB, "application/gzip") == "is cut short"


# hostile archives

ARCHIVES = [
    (content_type, pack(("more/", b""), ("more/a.wav", sounds.wav(0.01)), ("b.flac", flac.silence(3))))
    for content_type, pack in PACKERS.items()
]


@given(content_type=st.sampled_from(list(PACKERS)), data=st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_random_bytes_are_no_archive(content_type: str, data: bytes) -> None:
    """Whatever comes is a problem, and no exception."""
    assert isinstance(members(data, content_type), Problem)


@given(
    archive=st.sampled_from(ARCHIVES),
    changes=st.lists(st.tuples(st.integers(0, 2**16), st.integers(0, 255)), min_size=1, max_size=8),
)
@settings(max_examples=250, deadline=None)
@pytest.mark.filterwarnings("ignore")
def test_damaged_archives_never_raise(archive: tuple[str, bytes], changes: list[tuple[int, int]]) -> None:
    """A zip or gzip with wrong bytes in it gives files or a problem."""
    content_type, data = archive
    damaged = bytearray(data)
    for place, byte in changes:
        damaged[place % len(damaged)] = byte

    assert isinstance(members(bytes(damaged), content_type), list | Problem)


@given(changes=st.lists(st.tuples(st.integers(0, 5_000), st.integers(0, 255)), min_size=1, max_size=8))
@settings(max_examples=200, deadline=None)
def test_damaged_tars_never_raise(changes: list[tuple[int, int]]) -> None:
    """A gzip that is whole, of a tar that is not, gives files or a problem."""
    damaged = bytearray(pax(record("path", "ä.wav")) + entry("a.wav", sounds.wav(0.01)) + entry("b/") + bytes(1024))
    for place, byte in changes:
        damaged[place % len(damaged)] = byte

    assert isinstance(members(squeezed(bytes(damaged)), "application/gzip"), list | Problem)
