"""Values -> DICOM objects that other systems show: no HTTP, no network, nothing written."""
