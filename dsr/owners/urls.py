"""Addresses of the pages of departments. The token stands in the first of them only, and is gone after one redirect."""

from __future__ import annotations

from django.urls import path

from dsr.owners import views

app_name = "owners"
urlpatterns = [
    path("open/<uuid:link_id>/", views.show, name="show"),
    path("open/<uuid:link_id>/code/", views.send_code, name="send-code"),
    path("open/<uuid:link_id>/renew/", views.renew, name="renew"),
    path("open/<uuid:link_id>/files/", views.add_files, name="add-files"),
    path("open/<uuid:link_id>/files/<uuid:file_id>/remove/", views.remove_file, name="remove-file"),
    path("<str:token>/", views.enter, name="enter"),
]
