"""UISP CRM (formerly UCRM): clients, services, invoices, tickets."""
