#include <tideline/sqlite/sqlitestorage.h>
