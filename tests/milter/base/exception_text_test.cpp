// Exceptions in one line for people, without a library's source paths.
#include "keys/base/files.hpp"
#include "milter/base/exception_text.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <gmock/gmock.h>

#include <filesystem>

namespace sealgate::milter {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string thrown_by(auto broken) {
    try {
        broken();
    } catch (...) {
        return text_of(std::current_exception());
    }
    return "nothing";
}

// With and without a source location, as Boost's own throw_exception adds it.
TEST(ExceptionText, NamesNoSourceOfALibrary) {
    const auto text = thrown_by([] {
        boost::asio::io_context io;
        const boost::asio::ip::tcp::endpoint documentation(boost::asio::ip::make_address("192.0.2.1"), 1);
        boost::asio::ip::tcp::acceptor elsewhere(io, documentation);
    });
    EXPECT_THAT(text, AllOf(HasSubstr("bind: "), Not(HasSubstr("hpp")), Not(HasSubstr("["))));
    static constexpr auto here = BOOST_CURRENT_LOCATION;
    const boost::system::error_code refused(ECONNREFUSED, boost::system::system_category(), &here);
    EXPECT_EQ(text_of(boost::system::system_error(refused, "connect")), "connect: Connection refused");
}

TEST(ExceptionText, NamesNoEmptyFile) {
    const auto text = thrown_by([] { (void)std::filesystem::file_size(""); });
    EXPECT_EQ(text, "cannot use a file whose name is empty: No such file or directory");
    EXPECT_EQ(thrown_by([] { (void)std::filesystem::file_size("/nowhere"); }),
              "cannot use /nowhere: No such file or directory");
    EXPECT_EQ(thrown_by([] { (void)keys::read_file(""); }),
              "cannot open a file whose name is empty: No such file or directory");
}

TEST(ExceptionText, IsWhatOthersSay) {
    EXPECT_EQ(thrown_by([] { throw std::runtime_error("as it is"); }), "as it is");
    EXPECT_EQ(thrown_by([] { throw 7; }), "unknown exception");
}

} // namespace
} // namespace sealgate::milter
