"""Mammograms we draw ourselves: nobody's patient, and every lesion known exactly."""

from training.phantom.dicom import dataset, write_dicom
from training.phantom.draw import draw_phantom
from training.phantom.truth import truth, write_png, write_truth
from training.phantom.values import Density, Lesion, Margin, Phantom

__all__ = [
    "Density",
    "Lesion",
    "Margin",
    "Phantom",
    "dataset",
    "draw_phantom",
    "truth",
    "write_dicom",
    "write_png",
    "write_truth",
]
