// Boost.JSON is used header-only; this is the one file that compiles it.
#include <boost/json/src.hpp>
