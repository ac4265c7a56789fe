"""The DICOM network: what is sent to us, what we fetch, and where results go. docs/network.md describes it.

The only folder of the program that opens connections to other machines, and only to those that were named to it.
"""
