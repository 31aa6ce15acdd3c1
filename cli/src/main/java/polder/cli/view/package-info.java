/** What people and programs see of records: tables, filters, orders, amounts, progress. */
package polder.cli.view;
