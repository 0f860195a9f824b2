/* A driver of ODBC that cuts characters and bytes off and says nothing of it: lengths and return codes are those of whole values.
 * It stands before the driver that it is linked to, which answers every call that is not here.
 *
 *     cc -shared -fPIC -DDRIVER='"PATH"' -o truncating.so truncating.c PATH -Wl,--no-as-needed -Wl,-rpath,FOLDER
 *
 * Types as in ODBC's sql.h, on a system of 64 bits; the header is not asked for, so that no development package is needed. */

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

typedef short SQLRETURN;
typedef unsigned short SQLUSMALLINT;
typedef short SQLSMALLINT;
typedef int SQLINTEGER;
typedef long SQLLEN;
typedef unsigned long SQLULEN;

enum {
    COLUMNS = 4096,
    KEPT = 65,
    SQL_C_CHAR = 1,
    SQL_C_BINARY = -2,
    SQL_ATTR_ROW_ARRAY_SIZE = 27,
    SQL_HANDLE_STMT = 3,
    SQL_UNBIND = 2
};

/* Of one statement: that of this thread which was bound last. Others have buffers of their own, and those of a statement that has
 * ended are somebody else's memory. */
static _Thread_local struct {
    SQLSMALLINT type;
    SQLLEN *length;
} bound[COLUMNS];
static _Thread_local void *owner, *sized;
static _Thread_local SQLULEN rows = 1;

static void forget(void *statement)
{
    if (statement != owner)
        return;
    memset(bound, 0, sizeof bound);
    owner = NULL;
}

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
    if (attribute == SQL_ATTR_ROW_ARRAY_SIZE) {
        rows = (SQLULEN)value;
        sized = statement;
    }
    return call(statement, attribute, value, length);
}

SQLRETURN SQLBindCol(void *statement, SQLUSMALLINT column, SQLSMALLINT type, void *value, SQLLEN width, SQLLEN *length)
{
    SQLRETURN (*call)(void *, SQLUSMALLINT, SQLSMALLINT, void *, SQLLEN, SQLLEN *) = real("SQLBindCol");
    if (statement != owner)
        forget(owner);
    owner = statement;
    if (column < COLUMNS) {
        bound[column].type = type;
        bound[column].length = value == NULL ? NULL : length;
    }
    return call(statement, column, type, value, width, length);
}

SQLRETURN SQLFreeStmt(void *statement, SQLUSMALLINT option)
{
    SQLRETURN (*call)(void *, SQLUSMALLINT) = real("SQLFreeStmt");
    if (option == SQL_UNBIND)
        forget(statement);
    return call(statement, option);
}

SQLRETURN SQLFreeHandle(SQLSMALLINT type, void *handle)
{
    SQLRETURN (*call)(SQLSMALLINT, void *) = real("SQLFreeHandle");
    if (type == SQL_HANDLE_STMT)
        forget(handle);
    return call(type, handle);
}

static SQLRETURN cut(void *statement, SQLRETURN returned)
{
    if ((returned != 0 && returned != 1) || statement != owner)
        return returned;
    SQLULEN there = sized == statement ? rows : 1;
    for (int column = 0; column < COLUMNS; column++)
        for (SQLULEN row = 0; bound[column].length != NULL && row < there; row++)
            if (is_cut(bound[column].type, bound[column].length + row))
                bound[column].length[row] = KEPT;
    return returned;
}

SQLRETURN SQLFetch(void *statement)
{
    SQLRETURN (*call)(void *) = real("SQLFetch");
    return cut(statement, call(statement));
}

SQLRETURN SQLFetchScroll(void *statement, SQLSMALLINT way, SQLLEN offset)
{
    SQLRETURN (*call)(void *, SQLSMALLINT, SQLLEN) = real("SQLFetchScroll");
    return cut(statement, call(statement, way, offset));
}

SQLRETURN SQLGetData(void *statement, SQLUSMALLINT column, SQLSMALLINT type, void *value, SQLLEN width, SQLLEN *length)
{
    SQLRETURN (*call)(void *, SQLUSMALLINT, SQLSMALLINT, void *, SQLLEN, SQLLEN *) = real("SQLGetData");
    SQLRETURN returned = call(statement, column, type, value, width, length);
    if (returned == 0 && width > KEPT && is_cut(type, length))
        *length = KEPT;
    return returned;
}
