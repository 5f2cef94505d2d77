# Test programs that no single floor owns.
add_library(fairlead_test_support STATIC ${CMAKE_SOURCE_DIR}/tests/support/postgres.cpp)
fairlead_options(fairlead_test_support)
target_include_directories(fairlead_test_support PUBLIC ${CMAKE_SOURCE_DIR}/tests)
target_link_libraries(fairlead_test_support PUBLIC fairlead_base PostgreSQL::PostgreSQL)

add_executable(test_formula_sql ${CMAKE_SOURCE_DIR}/tests/formula/sql_test.cpp ${CMAKE_SOURCE_DIR}/tests/doctest_main.cpp)
fairlead_options(test_formula_sql)
target_link_libraries(test_formula_sql PRIVATE fairlead_formula fairlead_sqlite3 fairlead_test_support)
add_test(NAME formula_sql COMMAND test_formula_sql WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
