"""The image at its full depth, for a viewer that windows it, and where the breast is."""

from __future__ import annotations

import io
from ipaddress import ip_address
from pathlib import Path

import numpy as np
from flask import Blueprint, Response, json, request, send_file
from flask.typing import ResponseReturnValue

from app import pictures, pixels
from app.routes.analyses import find
from app.routes.images import not_ready
from app.services import services
from app.store import Record
from pipeline.mammogram import Mammogram

bp = Blueprint("pixels", __name__, url_prefix="/api/v1/analyses/<id_>")

KEPT_BY_THE_BROWSER = "private, no-cache"  # kept, but asked about: the analysis may have been deleted


@bp.get("/pixels")
def show(id_: str) -> Response:
    """uint16, little-endian, rows x columns, in the frame of the sent image, denser brighter; headers say the rest."""
    record = find(id_)
    about, data = _kept(record)
    if request.accept_encodings.quality("gzip") > 0 and not asked_from_here():
        response = Response(pixels.gzipped(data), mimetype="application/octet-stream")
        response.headers["Content-Encoding"] = "gzip"
        response.set_etag(f"{record.id}-gzip")
        response.make_conditional(request)
    else:
        file = data if isinstance(data, Path) else io.BytesIO(data)
        response = send_file(file, mimetype="application/octet-stream", etag=record.id)
    response.headers.update(headers_of(about))
    response.headers["Cache-Control"] = KEPT_BY_THE_BROWSER
    response.vary.add("Accept-Encoding")
    return response


@bp.get("/pixels/meta")
def meta(id_: str) -> ResponseReturnValue:
    """What the headers of the pixels say, as JSON."""
    return _kept(find(id_))[0]


@bp.get("/mask.png")
def mask(id_: str) -> Response:
    """255 where the breast is, by the same code that prepares the image for the networks; 0 elsewhere."""
    record = find(id_)
    kept = services().store.folder(record.id) / pictures.MASK
    if kept.is_file():
        response = send_file(kept, mimetype="image/png", conditional=True)
    else:
        response = Response(_mask_of_the_picture(record), mimetype="image/png")
    response.headers["Cache-Control"] = KEPT_BY_THE_BROWSER
    return response


def headers_of(about: pixels.Json) -> dict[str, str]:
    first, spacing = about["windows"][0], about["pixel_spacing_mm"]
    return {
        "X-Rows": str(about["rows"]),
        "X-Columns": str(about["columns"]),
        "X-Bits-Stored": str(about["bits_stored"]),
        "X-Window-Center": f"{first['center']:g}",
        "X-Window-Width": f"{first['width']:g}",
        "X-Pixel-Spacing": ",".join(f"{side:.10g}" for side in spacing or ()),
        "X-Windows": json.dumps(about["windows"]),
    }


def asked_from_here() -> bool:
    """By a browser on this machine, which has the raw bytes sooner than anyone could pack and unpack them."""
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def _kept(record: Record) -> tuple[pixels.Json, Path | memoryview]:
    try:
        return pixels.kept(services().store.folder(record.id), _spacing(record))
    except FileNotFoundError:
        raise not_ready() from None


def _spacing(record: Record) -> tuple[float, float] | None:
    """Of a pixel in the plane of the breast, as far as the result document tells."""
    image = record.document["image"] if record.document else {}
    spacing, factor = image.get("pixel_spacing_mm"), image.get("magnification", 1.0)
    return (spacing[0] / factor, spacing[1] / factor) if spacing else None


def _mask_of_the_picture(record: Record) -> bytes:
    """Of an analysis from before masks were kept."""
    picture = services().store.folder(record.id) / pictures.ORIGINAL
    if record.document is None or not picture.is_file():
        raise not_ready()
    grey = pictures.grey_of_png(picture.read_bytes())
    return pixels.mask_picture(services().jobs.analyst.mask(Mammogram(grey.astype(np.float32) / np.float32(255))))
