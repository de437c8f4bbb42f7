"""A student's page in nbgrader's gradebook: where scores and comments of one notebook stand."""

from nbgrader.api import Comment, Grade, Student, SubmittedAssignment, SubmittedNotebook


def page_for(book, stem: str, student: str):
    """Return the gradebook's page for a student's notebook, made where it is missing, without a commit.

    nbgrader's own functions commit at each step, and a kill between two would leave half a student.
    """
    session, notebook = book.db, book.find_notebook(stem, stem)
    person = session.get(Student, student) or Student(id=student)
    session.add(person)
    submission = session.query(SubmittedAssignment).filter_by(assignment_id=notebook.assignment_id, student_id=student).one_or_none()
    if submission is None:
        submission = SubmittedAssignment(assignment_id=notebook.assignment_id, student_id=student)
        session.add(submission)
        session.flush()
    page = session.query(SubmittedNotebook).filter_by(notebook_id=notebook.id, assignment_id=submission.id).one_or_none()
    if page is None:
        page = SubmittedNotebook(notebook_id=notebook.id, assignment_id=submission.id)
        session.add(page)
        session.flush()
    have = {grade.cell_id for grade in page.grades}
    session.add_all(Grade(cell_id=cell.id, notebook_id=page.id) for cell in notebook.grade_cells if cell.id not in have)
    have = {comment.cell_id for comment in page.comments}
    session.add_all(Comment(cell_id=cell.id, notebook_id=page.id) for cell in notebook.solution_cells if cell.id not in have)
    session.flush()
    session.expire(page)
    return page
