/* A driver of ODBC that cuts characters and bytes off and says nothing of it: lengths and return codes are those of whole values.
 * It stands before the driver that it is linked to, which answers every call that is not here.
 *
 *     cc -shared -fPIC -DDRIVER='"PATH"' -o truncating.so truncating.c PATH -Wl,--no-as-needed -Wl,-rpath,FOLDER
 *
 * Types as in ODBC's sql.h, on a system of 64 bits; the header is not asked for, so that no development package is needed. */

#include <dlfcn.h>
#include <stddef.h>

typedef short SQLRETURN;
typedef unsigned short SQLUSMALLINT;
typedef short SQLSMALLINT;
typedef int SQLINTEGER;
typedef long SQLLEN;
typedef unsigned long SQLULEN;

enum { COLUMNS = 4096, KEPT = 65, SQL_C_CHAR = 1, SQL_C_BINARY = -2, SQL_ATTR_ROW_ARRAY_SIZE = 27 };

static struct {
    SQLSMALLINT type;
    SQLLEN width;
    SQLLEN *length;
} bound[COLUMNS];
static SQLULEN rows = 1;

static void *real(const char *name)
{
    static void *driver;
    if (driver == NULL)
        driver = dlopen(DRIVER, RTLD_NOW);
    return dlsym(driver, name);
}

static int is_cut(SQLSMALLINT type, const SQLLEN *length)
{
    return (type == SQL_C_CHAR || type == SQL_C_BINARY) && length != NULL && *length > KEPT;
}

SQLRETURN SQLSetStmtAttr(void *statement, SQLINTEGER attribute, void *value, SQLINTEGER length)
{
    SQLRETURN (*call)(void *, SQLINTEGER, void *, SQLINTEGER) = real("SQLSetStmtAttr");
    if (attribute == SQL_ATTR_ROW_ARRAY_SIZE)
        rows = (SQLULEN)value;
    return call(statement, attribute, value, length);
}

SQLRETURN SQLBindCol(void *statement, SQLUSMALLINT column, SQLSMALLINT type, void *value, SQLLEN width, SQLLEN *length)
{
    SQLRETURN (*call)(void *, SQLUSMALLINT, SQLSMALLINT, void *, SQLLEN, SQLLEN *) = real("SQLBindCol");
    if (column < COLUMNS) {
        bound[column].type = type;
        bound[column].width = width;
        bound[column].length = value == NULL ? NULL : length;
    }
    return call(statement, column, type, value, width, length);
}

static SQLRETURN cut(SQLRETURN returned)
{
    if (returned != 0 && returned != 1)
        return returned;
    for (int column = 0; column < COLUMNS; column++)
        for (SQLULEN row = 0; bound[column].length != NULL && row < rows; row++)
            if (is_cut(bound[column].type, bound[column].length + row))
                bound[column].length[row] = KEPT;
    return returned;
}

SQLRETURN SQLFetch(void *statement)
{
    SQLRETURN (*call)(void *) = real("SQLFetch");
    return cut(call(statement));
}

SQLRETURN SQLFetchScroll(void *statement, SQLSMALLINT way, SQLLEN offset)
{
    SQLRETURN (*call)(void *, SQLSMALLINT, SQLLEN) = real("SQLFetchScroll");
    return cut(call(statement, way, offset));
}

SQLRETURN SQLGetData(void *statement, SQLUSMALLINT column, SQLSMALLINT type, void *value, SQLLEN width, SQLLEN *length)
{
    SQLRETURN (*call)(void *, SQLUSMALLINT, SQLSMALLINT, void *, SQLLEN, SQLLEN *) = real("SQLGetData");
    SQLRETURN returned = call(statement, column, type, value, width, length);
    if (returned == 0 && width > KEPT && is_cut(type, length))
        *length = KEPT;
    return returned;
}
