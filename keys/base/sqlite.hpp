// SQLite, as indexes need it that can be thrown away: a database file, and statements in it. Only this file knows it.
//
// Errors throw sqlite_error. One object belongs to one thread at a time; several processes may have the same file open.
// Tested by store/index_test and milter/audit/index_file_test.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace sealgate::keys {

enum class sqlite_trouble : std::uint8_t {
    broken, // the file is no database, a damaged one, or one of another form
    busy,   // somebody else has it just now
    other,
};

class sqlite_error : public std::runtime_error {
public:
    sqlite_error(const std::string& text, sqlite_trouble what)
        : std::runtime_error(text)
        , trouble(what) {}

    sqlite_trouble trouble;
};

class sqlite_statement {
public:
    // Parameters count from 1. A text is borrowed, and has to live until the next reset().
    sqlite_statement& bind(int parameter, std::string_view text);
    sqlite_statement& bind(int parameter, std::int64_t number);
    sqlite_statement& bind(int parameter, std::chrono::sys_seconds time);
    sqlite_statement& bind_octets(int parameter, std::string_view octets); // borrowed likewise

    // True where there is a row.
    bool step();
    void reset();

    // Of the row; columns count from 0. The octets live until the next step.
    std::string_view text(int column) const;
    std::int64_t number(int column) const;
    std::chrono::sys_seconds time(int column) const;

private:
    friend class sqlite_database;
    explicit sqlite_statement(sqlite3_stmt* made);

    struct finalize {
        void operator()(sqlite3_stmt* statement) const;
    };
    std::unique_ptr<sqlite3_stmt, finalize> statement_;
};

class sqlite_database {
public:
    enum class access { read, write };

    // With `write`, a file that is not there is made; without a name it is a temporary one, which goes with the object. Follows
    // no symbolic link to the file; its directory may be one. What stands in the file is not trusted. Waits a second for
    // others, and a tenth of one where it only reads.
    sqlite_database(const std::filesystem::path& file, access wanted);

    void run(const char* statements);
    sqlite_statement prepare(const char* statement);

    // What stood in this one is lost.
    void take_all_of(sqlite_database& other);

private:
    struct close {
        void operator()(sqlite3* database) const;
    };
    std::unique_ptr<sqlite3, close> database_;
};

// To be written: made, private from the first moment, where there is none. One that is there is opened by SQLite alone: to open
// and close the file beside it would give up the locks that this process has on it (fcntl(2)).
sqlite_database private_database(const std::filesystem::path& file);

// To be written, and made where there is none, private from the first moment; `form`: statements that make its tables. Throws
// sqlite_error where another user should make it, too.
sqlite_database own_database(const std::filesystem::path& file, const char* form);

// Whether an index at that place is a file, and no link to one.
bool index_may_be_read(const std::filesystem::path& file);
// Whether it is for this user to make one there. Root would follow where the owner of the directory leads, and what it makes
// would be root's.
bool index_may_be_written(const std::filesystem::path& file);

} // namespace sealgate::keys
