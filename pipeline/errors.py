"""Every error the pipeline raises on purpose. Anything else is our bug and stays loud."""


class PipelineError(Exception):
    """Base of the errors below; `code` is what clients and tests compare, so it never changes.

    UnreadableImage    the bytes do not decode (not an image, truncated, a syntax we cannot decompress)
    UnsupportedImage   decoded, but not an image we may judge (another modality, tomosynthesis, colour, empty)
    NotAMammogram      read, and the guard is sure that it shows something else
    ImageTooLarge      more pixels than we are willing to hold in memory
    UnreadableArchive  a ZIP or DICOMDIR that is damaged, encrypted, empty, or points outside itself
    ArchiveTooLarge    a ZIP with more entries or bytes than we are willing to unpack
    NoHeatmap          a network or finding of which no heatmap by this method can be made
    ModelUnavailable   a weight file is missing, altered, or made for another preprocessing recipe
    ModelRuntimeMissing  a weight file needs a package that is not installed (ONNX Runtime)
    """

    code = "pipeline_error"


class UnreadableImage(PipelineError):
    code = "unreadable_image"


class UnsupportedImage(PipelineError):
    code = "unsupported_image"


class NotAMammogram(PipelineError):
    code = "not_a_mammogram"


class ImageTooLarge(PipelineError):
    code = "image_too_large"


class UnreadableArchive(PipelineError):
    code = "unreadable_archive"


class ArchiveTooLarge(PipelineError):
    code = "archive_too_large"


class NoHeatmap(PipelineError):
    code = "no_heatmap"


class ModelUnavailable(PipelineError):
    code = "model_unavailable"


class ModelRuntimeMissing(ModelUnavailable):
    code = "model_runtime_missing"
