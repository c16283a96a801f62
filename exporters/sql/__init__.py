"""SQL stores: SQLite, MariaDB/MySQL and PostgreSQL, read through a data map.

Names come from the validated map and the live schema only and are quoted by the dialect; values of persons travel as
bound parameters only.
"""
