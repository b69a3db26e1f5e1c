# --with-fuzzer links the fuzz targets with libFuzzer (clang); without it they replay their seed corpora in make check.
# --with-fuzzer=edges counts the edges of the control flow alone and traces no comparison, so that all other programs
# stay fast enough to be tested in the same build: traced, they take twice as long.
AC_DEFUN([FLOW_FUZZER], [
AC_ARG_WITH([fuzzer], [AS_HELP_STRING([--with-fuzzer@<:@=edges@:>@],
	[link the fuzz targets with libFuzzer (needs clang); edges: count edges, trace no comparisons])],
	[flow_fuzzer=$withval], [flow_fuzzer=no])
AS_IF([test "x$flow_fuzzer" != xno], [
	AS_CASE([$flow_fuzzer],
		[yes], [FUZZER_CFLAGS="-fsanitize=fuzzer-no-link"],
		[edges], [FUZZER_CFLAGS="-fsanitize-coverage=inline-8bit-counters,pc-table"],
		[AC_MSG_ERROR([--with-fuzzer=$flow_fuzzer is unknown: only 'edges' is])])
	FUZZER_LDFLAGS="-fsanitize=fuzzer"
	flow_saved=$CFLAGS
	CFLAGS="$CFLAGS $FUZZER_CFLAGS -Werror"
	AC_MSG_CHECKING([whether $CC knows libFuzzer])
	AC_COMPILE_IFELSE([AC_LANG_PROGRAM([], [])], [AC_MSG_RESULT([yes])],
	    [AC_MSG_RESULT([no]); AC_MSG_ERROR([--with-fuzzer needs clang])])
	CFLAGS=$flow_saved
])
AC_SUBST([FUZZER_CFLAGS])
AC_SUBST([FUZZER_LDFLAGS])
AM_CONDITIONAL([HAVE_FUZZER], [test "x$flow_fuzzer" != xno])
])
