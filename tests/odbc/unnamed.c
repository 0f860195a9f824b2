/* A driver of ODBC whose database has a name that nobody knows: it is read by what a driver says of it alone.
 * It stands before the driver that it is linked to, which answers every call that is not here.
 *
 *     cc -shared -fPIC -DDRIVER='"PATH"' -o unnamed.so unnamed.c PATH -Wl,--no-as-needed -Wl,-rpath,FOLDER
 *
 * Types as in ODBC's sql.h, on a system of 64 bits; the header is not asked for, so that no development package is needed. */

#include <dlfcn.h>
#include <stddef.h>

typedef short SQLRETURN;
typedef unsigned short SQLUSMALLINT;
typedef short SQLSMALLINT;

enum { SQL_DBMS_NAME = 17, SQL_SUCCESS = 0 };

SQLRETURN SQLGetInfoW(void *connection, SQLUSMALLINT type, void *value, SQLSMALLINT width, SQLSMALLINT *length)
{
    SQLRETURN (*call)(void *, SQLUSMALLINT, void *, SQLSMALLINT, SQLSMALLINT *);
    void *driver = dlopen(DRIVER, RTLD_NOW);
    call = (SQLRETURN (*)(void *, SQLUSMALLINT, void *, SQLSMALLINT, SQLSMALLINT *))dlsym(driver, "SQLGetInfoW");
    SQLRETURN returned = call(connection, type, value, width, length);
    if (type == SQL_DBMS_NAME && returned == SQL_SUCCESS && value != NULL && width > 2)
        ((unsigned short *)value)[0] = 'X';
    return returned;
}
