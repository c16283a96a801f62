"""Verbs on stores: locate, collect, package. They read and write stores and files outside of transactions, and finish inside one."""
