"""Every data set by name: its reader, and what its folder should hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from training.datasets import prepared
from training.datasets.base import Example
from training.datasets.cbis_ddsm import cbis_ddsm
from training.datasets.cdd_cesm import cdd_cesm, cdd_cesm_cc
from training.datasets.coco import coco
from training.datasets.csaw import csaw_m, synthetic_csaw
from training.datasets.ddsm_tissue_seg import ddsm_tissue_seg
from training.datasets.inbreast_release import inbreast_release
from training.datasets.infn import infn, microcalc_patches
from training.datasets.mass_collection import mass_collection
from training.datasets.mini_mias_release import mini_mias_release
from training.datasets.rsna import rsna
from training.datasets.vindr_mammo import vindr_mammo


@dataclass(frozen=True)
class DataSet:
    """A name, how its folder is read, and what that folder holds, in words for whoever unpacks one."""

    name: str
    read: Callable[[Path], Iterator[Example]]
    holds: str


DATASETS = {
    found.name: found
    for found in (
        DataSet("cbis_ddsm", cbis_ddsm, "{mass,calc}_case_description_{train,test}_set.csv; CBIS-DDSM/Mass-…"),
        DataSet("inbreast_release", inbreast_release, "AllDICOMs/, AllXML/, INbreast.csv or INbreast.xls"),
        DataSet("rsna", rsna, "train.csv; train_images/<patient>/<image>.dcm, or PNG folders"),
        DataSet("csaw_m", csaw_m, "labels/CSAW-M_{train,test}.csv; images/preprocessed/{train,test}/"),
        DataSet("synthetic_csaw", synthetic_csaw, "folders Low, Medium, High; or metadata.csv"),
        DataSet("vindr_mammo", vindr_mammo, "breast-level_annotations.csv, finding_annotations.csv, images/<study>/"),
        DataSet("mass_collection", mass_collection, "INbreast+MIAS+DDSM Dataset/{Benign,Malignant} Masses/"),
        DataSet("infn", infn, "Train/{0,1}/, Test/{0,1}/ with patches"),
        DataSet("cdd_cesm", cdd_cesm, "Low energy images of CDD-CESM/, Radiology-manual-annotations.xlsx, …_v2.csv"),
        DataSet("mini_mias_release", mini_mias_release, "Info.txt, mdb001.pgm to mdb322.pgm"),
        DataSet("coco", coco, "one or more COCO .json files and their images"),
        DataSet("inbreast", prepared.inbreast, "prepared: inbreast.csv, contours.json, images/"),
        DataSet("mini_mias", prepared.mini_mias, "prepared: mini_mias.csv, images/"),
        DataSet("rsna_subset", prepared.rsna_subset, "prepared: rsna_subset.csv, images/"),
        DataSet("cdd_cesm_cc", cdd_cesm_cc, "prepared: cdd_cesm_cc.csv, images/"),
        DataSet("ddsm_tissue_seg", ddsm_tissue_seg, "prepared: ddsm_tissue_seg.csv, images/, masks/"),
        DataSet("microcalc_patches", microcalc_patches, "prepared: microcalc_patches.csv, images/"),
    )
}
