-- A record shop in the manner of the Chinook sample database: its tables and relations as everybody knows them
-- (artists, albums, tracks, customers with a support agent, invoices and their lines, play lists), written anew, with
-- invented people. Names are in capital letters inside, keys end in Id, nothing cascades.
CREATE TABLE "Artist" ("ArtistId" INTEGER PRIMARY KEY, "Name" NVARCHAR(120));
CREATE TABLE "Album" (
    "AlbumId" INTEGER PRIMARY KEY, "Title" NVARCHAR(160) NOT NULL,
    "ArtistId" INTEGER NOT NULL REFERENCES "Artist" ("ArtistId"));
CREATE TABLE "Genre" ("GenreId" INTEGER PRIMARY KEY, "Name" NVARCHAR(120));
CREATE TABLE "MediaType" ("MediaTypeId" INTEGER PRIMARY KEY, "Name" NVARCHAR(120));
CREATE TABLE "Track" (
    "TrackId" INTEGER PRIMARY KEY, "Name" NVARCHAR(200) NOT NULL, "AlbumId" INTEGER REFERENCES "Album" ("AlbumId"),
    "MediaTypeId" INTEGER NOT NULL REFERENCES "MediaType" ("MediaTypeId"), "GenreId" INTEGER REFERENCES "Genre" ("GenreId"),
    "Composer" NVARCHAR(220), "Milliseconds" INTEGER NOT NULL, "Bytes" INTEGER, "UnitPrice" NUMERIC(10,2) NOT NULL);
CREATE TABLE "Employee" (
    "EmployeeId" INTEGER PRIMARY KEY, "LastName" NVARCHAR(20) NOT NULL, "FirstName" NVARCHAR(20) NOT NULL,
    "Title" NVARCHAR(30), "ReportsTo" INTEGER REFERENCES "Employee" ("EmployeeId"), "BirthDate" DATETIME,
    "HireDate" DATETIME, "Address" NVARCHAR(70), "City" NVARCHAR(40), "Country" NVARCHAR(40), "PostalCode" NVARCHAR(10),
    "Phone" NVARCHAR(24), "Email" NVARCHAR(60));
CREATE TABLE "Customer" (
    "CustomerId" INTEGER PRIMARY KEY, "FirstName" NVARCHAR(40) NOT NULL, "LastName" NVARCHAR(20) NOT NULL,
    "Company" NVARCHAR(80), "Address" NVARCHAR(70), "City" NVARCHAR(40), "State" NVARCHAR(40), "Country" NVARCHAR(40),
    "PostalCode" NVARCHAR(10), "Phone" NVARCHAR(24), "Fax" NVARCHAR(24), "Email" NVARCHAR(60) NOT NULL,
    "SupportRepId" INTEGER REFERENCES "Employee" ("EmployeeId"));
CREATE TABLE "Invoice" (
    "InvoiceId" INTEGER PRIMARY KEY, "CustomerId" INTEGER NOT NULL REFERENCES "Customer" ("CustomerId"),
    "InvoiceDate" DATETIME NOT NULL, "BillingAddress" NVARCHAR(70), "BillingCity" NVARCHAR(40), "BillingState" NVARCHAR(40),
    "BillingCountry" NVARCHAR(40), "BillingPostalCode" NVARCHAR(10), "Total" NUMERIC(10,2) NOT NULL);
CREATE TABLE "InvoiceLine" (
    "InvoiceLineId" INTEGER PRIMARY KEY, "InvoiceId" INTEGER NOT NULL REFERENCES "Invoice" ("InvoiceId"),
    "TrackId" INTEGER NOT NULL REFERENCES "Track" ("TrackId"), "UnitPrice" NUMERIC(10,2) NOT NULL, "Quantity" INTEGER NOT NULL);
CREATE TABLE "Playlist" ("PlaylistId" INTEGER PRIMARY KEY, "Name" NVARCHAR(120));
CREATE TABLE "PlaylistTrack" (
    "PlaylistId" INTEGER NOT NULL REFERENCES "Playlist" ("PlaylistId"),
    "TrackId" INTEGER NOT NULL REFERENCES "Track" ("TrackId"), PRIMARY KEY ("PlaylistId", "TrackId"));
CREATE INDEX "IFK_CustomerSupportRepId" ON "Customer" ("SupportRepId");
CREATE INDEX "IFK_InvoiceCustomerId" ON "Invoice" ("CustomerId");
CREATE INDEX "IFK_InvoiceLineInvoiceId" ON "InvoiceLine" ("InvoiceId");
INSERT INTO "Artist" VALUES (1, 'The Invented'), (2, 'Nora Quay');
INSERT INTO "Album" VALUES (1, 'First of All', 1), (2, 'Songs for Nobody', 2);
INSERT INTO "Genre" VALUES (1, 'Rock'), (2, 'Jazz');
INSERT INTO "MediaType" VALUES (1, 'MPEG audio file');
INSERT INTO "Track" VALUES
    (1, 'Opening', 1, 1, 1, NULL, 200100, 6000000, 0.99), (2, 'Luis', 1, 1, 1, 'L. Gomes', 180500, NULL, 0.99),
    (3, 'Harbour', 2, 1, 2, 'Nora Quay', 240000, 7000000, 1.99);
INSERT INTO "Employee" VALUES
    (1, 'Quay', 'Andrea', 'General Manager', NULL, '1962-02-18 00:00:00', '2002-08-14 00:00:00', 'Quay 11', 'Vik', 'Norway',
     'N-1000', '+44 7700 900801', 'andrea@example.org'),
    (2, 'Peacock', 'Jane', 'Sales Support Agent', 1, '1973-08-29 00:00:00', '2002-04-01 00:00:00', 'Quay 12', 'Vik', 'Norway',
     'N-1000', '+44 7700 900802', 'jane@example.org');
INSERT INTO "Customer" VALUES
    (1, 'Luís', 'Gomes', NULL, 'Rua 1', 'Porto', NULL, 'Portugal', '4000', '+44 7700 900811', NULL, 'luis@example.com', 2),
    (2, 'Luís', 'Gomes', 'Invented Ltd', 'Rua 2', 'Porto', NULL, 'Portugal', '4000', '+44 (7700) 900-812', NULL,
     'Luis@example.net', 2),
    (3, 'Leonie', 'Köhler', NULL, 'Weg 3', 'Vik', NULL, 'Norway', 'N-1003', '+44 7700 900813', '+44 7700 900814',
     'leonie@example.com', 2),
    (4, 'Daan', 'Peters', NULL, 'Laan 4', 'Gent', NULL, 'Belgium', '9000', NULL, NULL, 'daan@example.com', 1);
INSERT INTO "Invoice" VALUES
    (1, 1, '2015-01-01 00:00:00', 'Rua 1', 'Porto', NULL, 'Portugal', '4000', 1.98),
    (2, 1, '2024-03-01 00:00:00', 'Rua 1', 'Porto', NULL, 'Portugal', '4000', 1.99),
    (3, 2, '2024-03-02 00:00:00', 'Rua 2', 'Porto', NULL, 'Portugal', '4000', 0.99),
    (4, 3, '2016-04-01 00:00:00', 'Weg 3', 'Vik', NULL, 'Norway', 'N-1003', 0.99);
INSERT INTO "InvoiceLine" VALUES (1, 1, 1, 0.99, 1), (2, 1, 2, 0.99, 1), (3, 2, 3, 1.99, 1), (4, 3, 1, 0.99, 1), (5, 4, 2, 0.99, 1);
INSERT INTO "Playlist" VALUES (1, 'Music'), (2, 'Quiet');
INSERT INTO "PlaylistTrack" VALUES (1, 1), (1, 2), (1, 3), (2, 3);
