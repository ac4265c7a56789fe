"""Coded views, view modifiers and sides. DICOM PS3.16; SNOMED CT, and the SRT codes of older machines."""

from __future__ import annotations

# Code Value (SCT, and SRT of older machines) -> ACR MQCM 1999 abbreviation. DICOM PS3.16 CID 4014.
VIEWS = {
    "399260004": "ML",
    "R-10224": "ML",
    "399368009": "MLO",
    "R-10226": "MLO",
    "399352003": "LM",
    "R-10228": "LM",
    "399099002": "LMO",
    "R-10230": "LMO",
    "399162004": "CC",
    "R-10242": "CC",
    "399196006": "FB",
    "R-10244": "FB",
    "399188001": "SIO",
    "R-102D0": "SIO",
    "441555000": "ISO",
    "R-40AAA": "ISO",
    "399192008": "XCCL",
    "R-1024A": "XCCL",
    "399101009": "XCCM",
    "R-1024B": "XCCM",
    "399265009": "XCC",
    "R-102CF": "XCC",
}
# Modifiers that change what the picture shows so much that results on it are doubtful. DICOM PS3.16 CID 4015, without
# "nipple in profile", which is how every view should be.
MODIFIERS = {
    "399209000": "implant displaced",
    "R-102D5": "implant displaced",
    "399055006": "spot compression",
    "R-102D7": "spot compression",
    "399163009": "magnification",
    "R-102D6": "magnification",
    "441752004": "anterior compression, a partial view",
    "P2-00161": "anterior compression, a partial view",
    "399011000": "axillary tail, a partial view",
    "R-102D1": "axillary tail, a partial view",
    "442580003": "axillary tissue, a partial view",
    "R-40AB2": "axillary tissue, a partial view",
    "399161006": "cleavage, both breasts in part",
    "R-102D2": "cleavage, both breasts in part",
    "442593008": "infra-mammary fold, a partial view",
    "R-40ABE": "infra-mammary fold, a partial view",
    "414493004": "rolled inferior",
    "R-102CA": "rolled inferior",
    "399197002": "rolled lateral",
    "R-102D3": "rolled lateral",
    "399226006": "rolled medial",
    "R-102D4": "rolled medial",
    "415670009": "rolled superior",
    "R-102C9": "rolled superior",
    "399110001": "tangential",
    "R-102C2": "tangential",
}
SPECIMEN = ("127457009", "G-8310")  # tissue specimen from breast, the one entry of CID 4014 that is no view
# Left or right in a code of region, structure or modifier. DICOM PS3.16 CID 244 and CID 6023; SCT, and SRT.
SIDES = {
    "7771000": "L",
    "G-A101": "L",
    "80248007": "L",
    "T-04030": "L",
    "24028007": "R",
    "G-A100": "R",
    "73056007": "R",
    "T-04020": "R",
}
