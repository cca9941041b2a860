// Files that people name, and the standard input.
#include "milter/base/named_files.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sealgate::milter {
namespace {

TEST(NamedFile, MayBeAPipe) { // as in: keys import <(gpg --export ann)
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    ASSERT_EQ(::write(ends[1], "a certificate", 13), 13);
    ::close(ends[1]);
    EXPECT_EQ(read_file("/dev/fd/" + std::to_string(ends[0])), "a certificate");
    ::close(ends[0]);
}

TEST(NamedFile, IsNotWaitedForAndHasAnEnd) {
    const auto fifo = std::filesystem::temp_directory_path() / ("sealgate-fifo-" + std::to_string(::getpid()));
    ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
    EXPECT_EQ(read_file(fifo), "") << "nobody writes to it";
    std::filesystem::remove(fifo);
    EXPECT_EQ(read_file("/dev/zero"), std::unexpected<std::string>("cannot be read: it is no regular file"));
    EXPECT_EQ(read_file("/"), std::unexpected<std::string>("cannot be read: it is no regular file"));
}

TEST(NamedFile, TheStandardInputMayBeASocket) { // as in: ssh gateway sealgate keys import - <ann.asc
    int ends[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    ASSERT_EQ(::write(ends[1], "a certificate", 13), 13);
    ::close(ends[1]);
    const int before = ::dup(STDIN_FILENO);
    ::dup2(ends[0], STDIN_FILENO);
    ::close(ends[0]);
    EXPECT_EQ(read_file_or_input("-"), "a certificate");
    ::dup2(before, STDIN_FILENO);
    ::close(before);
}

} // namespace
} // namespace sealgate::milter
