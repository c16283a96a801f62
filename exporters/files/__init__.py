"""Stores that hand over files: a drop folder, SFTP, trees of recordings and scans."""
