"""The portal: everything an applicant and the public see."""
